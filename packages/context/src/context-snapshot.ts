import { AsyncResource } from 'node:async_hooks';
import { findCarrier, listCarriers } from './carrier.ts';
import { ContextError } from './context-error.ts';
import { ContextVariable } from './context-variable.ts';
import { rootFrame } from './root-frame.ts';
import { SlotRecord, slots } from './slots.ts';
import {
  bytesOf,
  EMPTY_WIRE,
  entryBytes,
  fitOnWire,
  MAX_WIRE_BYTES,
  MAX_WIRE_ENTRIES,
  parseWire,
} from './wire.ts';
import type { Border, ContextWire } from './wire.ts';

/** Entries whose names this thread does not know, kept for the next thread behind the same border. */
interface PassedOn {
  readonly border: Border;
  readonly entries: ContextWire['entries'];
}

const passedOn = new ContextVariable<PassedOn>({ name: 'waybill.passed-on' });

/**
 * The whole async context at one moment, as `AsyncContext.Snapshot` of the TC39 proposal: the variables of this package
 * and every AsyncLocalStorage of the process. Immutable. It retains what the stores hold for as long as it is reachable.
 *
 * @example
 * ```ts
 * const wire = ContextSnapshot.capture().toWire('worker'); // in one thread
 * ContextSnapshot.fromWire(wire).run(() => tenant.get()); // in another
 * ```
 */
export class ContextSnapshot {
  /** The empty context: no variable and no store of anybody is set, wherever this package was loaded from. */
  static readonly root: ContextSnapshot = new ContextSnapshot(rootFrame);

  // One resource and not AsyncLocalStorage.snapshot(), which costs a hundred times as much.
  readonly #resource: AsyncResource;

  private constructor(resource: AsyncResource) {
    this.#resource = resource;
  }

  /** Takes the current context. */
  static capture(): ContextSnapshot {
    return new ContextSnapshot(
      new AsyncResource('WAYBILL_CONTEXT', { requireManualDestroy: true }),
    );
  }

  /**
   * Gives the root context plus the variables on `wire`. A name that this thread does not carry is kept, and written
   * again by `toWire(border)`, so that a thread in the middle need not import every variable.
   *
   * @param wire - what a peer's `toWire` made; not trusted
   * @param border - the border it came over; unknown names may cross only that one again. Default `worker`
   * @throws {@link ContextError} ERR_WAYBILL_CONTEXT_BAD_WIRE when the version, the shape, a size or a value is wrong
   */
  static fromWire(wire: unknown, border: Border = 'worker'): ContextSnapshot {
    const entries = parseWire(wire);
    if (entries.length === 0) return ContextSnapshot.root;
    return ContextSnapshot.root.run(() => {
      const values = new Map<object, unknown>();
      const unknown: (readonly [string, string])[] = [];
      let enter = (): ContextSnapshot => ContextSnapshot.capture();
      for (const entry of entries) {
        const carrier = findCarrier(entry[0]);
        if (carrier === undefined) unknown.push(entry);
        else {
          const rebinding = carrier.decode(entry[1]);
          if ('key' in rebinding) values.set(rebinding.key, rebinding.value);
          else enter = within(rebinding.enter, enter);
        }
      }
      const passed: PassedOn = { border, entries: unknown };
      if (unknown.length > 0) values.set(passedOn, passed);
      // All variables at once: each by itself would copy the record, and every store of the process.
      return values.size === 0 ? enter() : slots.run(new SlotRecord(values), enter);
    });
  }

  /**
   * Runs `fn` with `args` in this context, and gives what it returns or throws. The whole frame is swapped and swapped
   * back, so an `enterWith` inside `fn` ends with it.
   */
  run<Args extends unknown[], R>(fn: (...args: Args) => R, ...args: Args): R {
    return this.#resource.runInAsyncScope(fn, undefined, ...args);
  }

  /** Gives a function that runs `fn` in this context, with the `this` and the arguments of each call. */
  wrap<This, Args extends unknown[], R>(
    fn: (this: This, ...args: Args) => R,
  ): (this: This, ...args: Args) => R {
    const resource = this.#resource;
    return function wrapped(this: This, ...args: Args): R {
      return resource.runInAsyncScope(fn, this, ...args);
    };
  }

  /**
   * Gives the variables that may cross `border` as plain data, or throws before anything is given. Codecs run in this
   * context.
   *
   * @throws {@link ContextError} ERR_WAYBILL_CONTEXT_NOT_CARRIABLE when a value has no exact JSON form or its codec
   *   throws; ERR_WAYBILL_CONTEXT_TOO_LARGE when a value, or all together, are too large
   */
  toWire(border: Border): ContextWire {
    const entries = this.run(encodeEntries, border);
    return entries.length === 0 ? EMPTY_WIRE : { v: 1, entries };
  }

  /**
   * Gives name and text of what is set here and has a carry policy, for logs and trails: secrets as `[secret]`. Variables
   * without a policy and foreign stores are left out, because nobody said that they may be shown. Never throws.
   */
  describe(): (readonly [name: string, text: string])[] {
    return this.run(describeEntries);
  }
}

function within<R>(enter: (next: () => R) => R, next: () => R): () => R {
  return () => enter(next);
}

function encodeEntries(border: Border): ContextWire['entries'] {
  const entries: (readonly [string, string])[] = [];
  for (const carrier of listCarriers()) {
    if (!carrier.crosses(border)) continue;
    const text = carrier.encodeCurrent();
    if (text !== undefined) entries.push([carrier.name, text]);
  }
  const unknown = passedOn.get();
  if (unknown?.border === border) {
    // A variable declared since the wire came in speaks for itself.
    entries.push(...unknown.entries.filter(([name]) => findCarrier(name) === undefined));
  }
  if (entries.length <= MAX_WIRE_ENTRIES && fitOnWire(entries)) return entries;
  throw new ContextError(
    'ERR_WAYBILL_CONTEXT_TOO_LARGE',
    `The carried variables are ${entries.length} with ${bytesOf(entries)} bytes together; ` +
      `at most ${MAX_WIRE_ENTRIES} with ${MAX_WIRE_BYTES} bytes may cross.`,
    largestOf(entries),
  );
}

function largestOf(entries: ContextWire['entries']): { readonly variable?: string } {
  let largest: readonly [string, string] | undefined;
  for (const entry of entries) {
    if (largest === undefined || entryBytes(...entry) > entryBytes(...largest)) largest = entry;
  }
  return largest === undefined ? {} : { variable: largest[0] };
}

function describeEntries(): (readonly [string, string])[] {
  const described: (readonly [string, string])[] = [];
  for (const carrier of listCarriers()) {
    const text = carrier.describeCurrent();
    if (text !== undefined) described.push([carrier.name, text]);
  }
  for (const [name] of passedOn.get()?.entries ?? []) {
    if (findCarrier(name) === undefined) described.push([name, '[passed on]']);
  }
  return described;
}
