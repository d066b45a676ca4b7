import { randomUUID } from 'node:crypto';
import { ContextSnapshot } from '@waybill/context';
import type { Database } from './database.ts';
import type { SignalListener, SignalName, Signals } from './signals.ts';

/** How {@link createSignals} reports. */
export interface SignalsOptions {
  /** Hears what a listener throws, and that others could not be told; they look by themselves a little later. */
  readonly onError: (error: unknown) => void;
}

type Keys = ReadonlySet<string> | '*';

const names: readonly SignalName[] = ['ready', 'history', 'cancel', 'functions', 'executor'];
const GATHER_MS = 15;
/** PostgreSQL takes less than 8,000. */
const MAX_PAYLOAD_BYTES = 7_900;

/**
 * Makes the signals of one process on a database; whoever makes them disposes them before the database closes.
 *
 * @throws `ERR_WAYBILL_DATABASE_UNAVAILABLE` when it cannot be listened to
 */
export async function createSignals(database: Database, options: SignalsOptions): Promise<Signals> {
  const listeners = new Listeners(options.onError);
  if (database.kind === 'embedded') {
    return {
      tell: (name, key) => listeners.tell(name, new Set([key])),
      on: (name, listener) => listeners.add(name, listener),
      async [Symbol.asyncDispose]() {},
    };
  }
  const origin = randomUUID();
  const outbox = new Outbox(database, origin, options.onError);
  const stops = await Promise.all(
    names.map((name) =>
      database.listen(
        channelOf(name),
        (payload) => {
          const message = parseMessage(payload);
          if (message.origin !== origin) listeners.tell(name, message.keys);
        },
        () => listeners.tell(name, '*'),
      ),
    ),
  );
  return {
    tell(name, key) {
      listeners.tell(name, new Set([key]));
      outbox.add(name, key);
    },
    on: (name, listener) => listeners.add(name, listener),
    async [Symbol.asyncDispose]() {
      await Promise.all(stops.map((stop) => stop()));
      await outbox.close();
    },
  };
}

/** Those in this process. */
class Listeners {
  readonly #byName = new Map<SignalName, Set<{ readonly listener: SignalListener }>>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  add(name: SignalName, listener: SignalListener): () => void {
    const ofName = this.#byName.get(name) ?? new Set();
    const entry = { listener };
    this.#byName.set(name, ofName.add(entry));
    return () => ofName.delete(entry);
  }

  tell(name: SignalName, keys: Keys): void {
    for (const { listener } of this.#byName.get(name) ?? []) {
      try {
        // Whoever told it may be in a job's context.
        ContextSnapshot.root.run(listener, keys);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}

/** What the other processes are told: a commit that notifies waits for every other such commit, so there are few. */
class Outbox {
  readonly #database: Database;
  readonly #origin: string;
  readonly #onError: (error: unknown) => void;
  #gathered = new Map<SignalName, Set<string>>();
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;

  constructor(database: Database, origin: string, onError: (error: unknown) => void) {
    this.#database = database;
    this.#origin = origin;
    this.#onError = onError;
  }

  add(name: SignalName, key: string): void {
    const keys = this.#gathered.get(name) ?? new Set();
    this.#gathered.set(name, keys.add(key));
    this.#timer ??= ContextSnapshot.root.run(setTimeout, () => void this.#send(), GATHER_MS);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#send();
  }

  async #send(): Promise<void> {
    await this.#sending;
    this.#timer = undefined;
    this.#sending = this.#notify();
    await this.#sending;
  }

  async #notify(): Promise<void> {
    const gathered = [...this.#gathered];
    if (gathered.length === 0) return;
    this.#gathered = new Map();
    try {
      await this.#database.query(
        'SELECT pg_notify(channel, payload) FROM unnest($1::text[], $2::text[]) AS told (channel, payload)',
        [
          gathered.map(([name]) => channelOf(name)),
          gathered.map(([, keys]) => toPayload(this.#origin, keys)),
        ],
      );
    } catch (error) {
      this.#onError(error);
    }
  }
}

function channelOf(name: SignalName): string {
  return `waybill_${name}`;
}

function toPayload(origin: string, keys: ReadonlySet<string>): string {
  const payload = JSON.stringify({ origin, keys: [...keys] });
  return Buffer.byteLength(payload) <= MAX_PAYLOAD_BYTES ? payload : JSON.stringify({ origin });
}

/** Anybody who may use the database may notify: what is not ours means no more than to look. */
function parseMessage(payload: string): { readonly origin: unknown; readonly keys: Keys } {
  try {
    const { origin, keys } = JSON.parse(payload) as { origin?: unknown; keys?: unknown };
    const isList = Array.isArray(keys) && keys.every((key) => typeof key === 'string');
    return { origin, keys: isList ? new Set<string>(keys) : '*' };
  } catch {
    return { origin: undefined, keys: '*' };
  }
}
