import { EventEmitter } from 'node:events';
import type { ContextSnapshot } from '@waybill/context';
import type { WaybillEventName, WaybillEvents } from '@waybill/protocol';
import { throwUncaught } from './throw-uncaught.ts';

/** Called with what an event carries. */
export type WaybillListener<Name extends WaybillEventName> = (event: WaybillEvents[Name]) => void;

/** Tells listeners what happened, each event in the context it belongs to: a job's in its submitter's own. */
export class EventHub {
  readonly #emitter: EventEmitter = new EventEmitter();

  constructor() {
    // A listener for each consumer of a large application is no leak.
    this.#emitter.setMaxListeners(0);
  }

  on<Name extends WaybillEventName>(name: Name, listener: WaybillListener<Name>): () => void {
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
