import { errorToWire, makeError } from '@waybill/protocol';
import { expose } from 'comlink';
import { FilteredEndpoint } from './filtered-endpoint.ts';
import { type CallFrame, type ReplyFrame, thrownName } from './frame.ts';
import type { ExposedFunctions } from './peer.ts';
import type { RefusalReason } from './refusal.ts';
import { Thrown } from './transfer-handlers.ts';

/** The half of a session that answers calls: it hands Comlink only what names an exposed function. */
export class ServingSide {
  readonly #record: Readonly<Record<string, unknown>>;
  readonly #endpoint: FilteredEndpoint;
  readonly #post: (frame: ReplyFrame) => void;
  #lastId = 0;

  /** @param post sends a reply; may throw what cannot be cloned. */
  constructor(functions: ExposedFunctions, post: (frame: ReplyFrame) => void) {
    this.#record = toRecord(functions);
    this.#post = post;
    this.#endpoint = new FilteredEndpoint((message) => this.#reply(message as ReplyFrame));
    expose(this.#record, this.#endpoint);
  }

  /** Runs the call, or returns why it is refused. Never throws: what the function throws is its reply. */
  receive(frame: CallFrame): RefusalReason | undefined {
    if (!Object.hasOwn(this.#record, frame.path[0])) return 'unknown-function';
    if (frame.id <= this.#lastId) return 'replayed';
    this.#lastId = frame.id;
    this.#endpoint.deliver(frame);
    return undefined;
  }

  #reply(frame: ReplyFrame): void {
    // Any other handler is Comlink's way around a value that is no data: a proxy, or one that threw while looked at.
    if (frame.type === 'HANDLER' && frame.name !== thrownName) {
      this.#post(unsendable(frame.id));
      return;
    }
    try {
      this.#post(frame);
    } catch (cause) {
      this.#post(unsendable(frame.id, cause));
    }
  }
}

/** No prototype and frozen: there is nothing on it to reach but the functions, and nothing can be put there. */
function toRecord(functions: ExposedFunctions): Readonly<Record<string, unknown>> {
  const record: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(functions)) {
    const call = value as (...args: unknown[]) => unknown;
    record[name] = async (...args: unknown[]): Promise<unknown> => {
      try {
        return await call(...args);
      } catch (error) {
        return new Thrown(error);
      }
    };
  }
  return Object.freeze(record);
}

function unsendable(id: number, cause?: unknown): ReplyFrame {
  const message = 'expected an exposed function to return plain data';
  const error = makeError('ERR_WAYBILL_INTERNAL', message, { cause });
  return { id, type: 'HANDLER', name: thrownName, value: errorToWire(error) };
}
