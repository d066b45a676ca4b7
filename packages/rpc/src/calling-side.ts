import { errorFromWire, makeError } from '@waybill/protocol';
import { wrap } from 'comlink';
import { addCallSite } from './call-site.ts';
import { DeadlineTimer } from './deadline-timer.ts';
import { FilteredEndpoint } from './filtered-endpoint.ts';
import { type CallFrame, type ReplyFrame, thrownName } from './frame.ts';
import type { CallOptions } from './peer.ts';
// Registers the handler by which `fail` reaches Comlink.
import './transfer-handlers.ts';

/** A function of the other side, as Comlink gives it. */
type RemoteFunction = (...args: readonly unknown[]) => Promise<unknown>;

/** A call that Comlink has not posted yet. */
interface StartingCall {
  readonly name: string;
  readonly options: CallOptions;
}

/** A call that waits for its reply. */
interface PendingCall {
  readonly name: string;
  /** Comlink's id of the call: the key under which it keeps the promise. */
  readonly comlinkId: unknown;
  readonly deadlineMs: number;
  readonly release: () => void;
}

/**
 * The half of a session that makes calls. Comlink's promises settle only by a reply, so this keeps the list of what is
 * pending and, when no reply is to be waited for any longer, gives Comlink one itself: its promise settles, it forgets
 * the call, and nothing has to be raced. Disposable: settles nothing, stops the timer.
 */
export class CallingSide implements Disposable {
  readonly #pending = new Map<number, PendingCall>();
  readonly #functions = new Map<string, RemoteFunction>();
  readonly #endpoint: FilteredEndpoint;
  readonly #post: (frame: CallFrame) => void;
  readonly #timer: DeadlineTimer = new DeadlineTimer((nowMs) => this.#failDue(nowMs));
  #starting: StartingCall | undefined;
  #lastId = 0;

  /** @param post sends a call; may throw what cannot be cloned. */
  constructor(names: readonly string[], post: (frame: CallFrame) => void) {
    this.#post = post;
    this.#endpoint = new FilteredEndpoint((message) => this.#send(message as CallFrame));
    const remote = wrap<Record<string, RemoteFunction>>(this.#endpoint);
    // Once each: reading a property of a Comlink proxy makes and registers a new one.
    for (const name of names) {
      const remoteFunction = remote[name];
      if (remoteFunction !== undefined) this.#functions.set(name, remoteFunction);
    }
  }

  /** Calls without a reply. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Makes a call; see `Peer.call`. */
  async call(name: string, args: readonly unknown[], options: CallOptions = {}): Promise<unknown> {
    const remoteFunction = this.#functions.get(name);
    if (remoteFunction === undefined) {
      throw makeError(
        'ERR_WAYBILL_RPC_REFUSED',
        `expected one of the session's names, got '${name}'`,
      );
    }
    if (options.signal?.aborted) throw cancelled(name, options.signal);
    // Negated, so that NaN counts as past.
    if (!((options.deadlineMs ?? Infinity) > performance.now())) throw deadlineExceeded(name);
    const site: { stack?: string } = {};
    // oxlint-disable-next-line typescript/unbound-method -- not called: it marks the frame above which none is kept
    Error.captureStackTrace(site, this.call);
    try {
      return await this.#start(() => remoteFunction(...args), { name, options });
    } catch (error) {
      addCallSite(error, name, site);
      throw error;
    }
  }

  /** Settles the call that the reply is for. Returns false when none waits for it. */
  receive(frame: ReplyFrame): boolean {
    if (frame.type === 'RAW') return this.#settle(frame.id, frame);
    return this.#pending.has(frame.id) && this.fail(frame.id, errorFromWire(frame.value));
  }

  /** Settles a call with an error, in place of its reply. Returns false when it is not pending. */
  fail(id: number, error: Error): boolean {
    return this.#settle(id, { type: 'HANDLER', name: thrownName, value: error });
  }

  /** Settles all calls, each with an error of its own: a call site is added to each. */
  failAll(makeCallError: (name: string) => Error): void {
    for (const [id, call] of this.#pending) this.fail(id, makeCallError(call.name));
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
  }

  /** Comlink posts synchronously, inside `post`: this is how `#send` knows which call it sends. */
  #start(post: () => Promise<unknown>, starting: StartingCall): Promise<unknown> {
    const outer = this.#starting;
    this.#starting = starting;
    try {
      return post();
    } finally {
      this.#starting = outer;
    }
  }

  #send(message: CallFrame): void {
    const starting = this.#starting;
    // Not from call: Comlink's RELEASE, when its proxies were collected after the session's end.
    if (starting === undefined) return;
    const { name, options } = starting;
    const { deadlineMs = Infinity, signal } = options;
    const id = (this.#lastId += 1);
    const onAbort = (): void => void this.fail(id, cancelled(name, signal));
    signal?.addEventListener('abort', onAbort, { once: true });
    const release = (): void => signal?.removeEventListener('abort', onAbort);
    this.#pending.set(id, { name, comlinkId: message.id, deadlineMs, release });
    this.#timer.watch(deadlineMs);
    try {
      this.#post({ id, type: 'APPLY', path: [name], argumentList: message.argumentList });
    } catch (cause) {
      this.fail(
        id,
        makeError('ERR_WAYBILL_INTERNAL', `expected plain data as arguments of '${name}'`, {
          cause,
        }),
      );
    }
  }

  #settle(id: number, reply: object): boolean {
    const call = this.#pending.get(id);
    if (call === undefined) return false;
    this.#pending.delete(id);
    call.release();
    this.#endpoint.deliver({ ...reply, id: call.comlinkId });
    return true;
  }

  #failDue(nowMs: number): number {
    let nextMs = Infinity;
    for (const [id, { name, deadlineMs }] of this.#pending) {
      if (deadlineMs <= nowMs) this.fail(id, deadlineExceeded(name));
      else nextMs = Math.min(nextMs, deadlineMs);
    }
    return nextMs;
  }
}

function deadlineExceeded(name: string): Error {
  return makeError(
    'ERR_WAYBILL_DEADLINE_EXCEEDED',
    `expected a reply from '${name}' before the deadline`,
  );
}

function cancelled(name: string, signal: AbortSignal | undefined): Error {
  return makeError('ERR_WAYBILL_CANCELLED', `the call of '${name}' was given up by its caller`, {
    cause: signal?.reason,
  });
}
