import { EventEmitter } from 'node:events';
import type { ContextSnapshot } from '@waybill/context';
import { type WaybillEventName, type WaybillEvents, waybillEventNames } from '@waybill/protocol';
import { describe, hintAt, refusal } from '@waybill/protocol/parse';
import { throwUncaught } from './throw-uncaught.ts';

/** Called with what an event carries. */
export type WaybillListener<Name extends WaybillEventName> = (event: WaybillEvents[Name]) => void;

function refuse(path: string, expected: string, got: unknown): never {
  const subject = { name: 'on', code: 'ERR_WAYBILL_INVALID_OPTIONS' } as const;
  throw refusal(subject, [{ path, expected, got: describe(got) }]);
}

/** Tells listeners what happened, each event in the context it belongs to: a job's in its submitter's own. */
export class EventHub {
  readonly #emitter: EventEmitter = new EventEmitter();

  constructor() {
    // A listener for each consumer of a large application is no leak.
    this.#emitter.setMaxListeners(0);
  }

  /** @throws `ERR_WAYBILL_INVALID_OPTIONS` for an event that there is not, or a listener that cannot be called */
  on<Name extends WaybillEventName>(name: Name, listener: WaybillListener<Name>): () => void {
    if (!waybillEventNames.includes(name)) {
      refuse('event', `a known event (${hintAt(name, waybillEventNames)})`, name);
    }
    if (typeof listener !== 'function') refuse('listener', 'a function', listener);
    const guarded: WaybillListener<Name> = (event) => {
      try {
        listener(event);
      } catch (error) {
        throwUncaught(error);
      }
    };
    this.#emitter.on(name, guarded);
    return () => void this.#emitter.off(name, guarded);
  }

  hears(name: WaybillEventName): boolean {
    return this.#emitter.listenerCount(name) > 0;
  }

  emit<Name extends WaybillEventName>(
    context: ContextSnapshot,
    name: Name,
    event: WaybillEvents[Name],
  ): void {
    if (this.hears(name)) context.run(() => this.#emitter.emit(name, event));
  }

  clear(): void {
    this.#emitter.removeAllListeners();
  }
}
