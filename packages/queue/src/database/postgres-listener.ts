import { ContextSnapshot } from '@waybill/context';
import { makeError } from '@waybill/protocol';
import { Client, type ClientConfig } from 'pg';
import { toDatabaseError } from './database-error.ts';
import type { Queryable } from './database.ts';
import { quoteName } from './quote-name.ts';
import { Session } from './session.ts';

/** Who listens to a channel; see `Database.listen`. */
export interface Hearer {
  readonly onMessage: (payload: string) => void;
  readonly onGap: () => void;
}

interface Connection {
  readonly client: Client;
  readonly statements: Queryable;
}

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/**
 * The connection of a process that hears notifications. It is made when somebody listens first, and again and again when it is lost.
 *
 * A loss that no packet tells of is noticed after minutes; until then signals are missing, which are hints and no more.
 */
export class PostgresListener {
  readonly #config: ClientConfig;
  readonly #channels = new Map<string, Set<Hearer>>();
  #connection: Promise<Connection> | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param config - of one connection, as the driver takes it */
  constructor(config: ClientConfig) {
    this.#config = config;
  }

  /** @throws `ERR_WAYBILL_DATABASE_UNAVAILABLE` when the server does not answer now */
  async listen(channel: string, hearer: Hearer): Promise<() => Promise<void>> {
    if (this.#isClosed) throw makeError('ERR_WAYBILL_CLOSED', 'The database was closed.');
    // A copy: the same one may listen twice.
    const own: Hearer = { ...hearer };
    const ofChannel = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, ofChannel.add(own));
    try {
      const { statements } = await this.#connected();
      await statements.script(`LISTEN ${quoteName(channel)}`);
    } catch (error) {
      ofChannel.delete(own);
      throw toDatabaseError(error);
    }
    own.onGap();
    return async () => {
      ofChannel.delete(own);
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retryTimer);
    // Who asked for a connection that cannot be made was told.
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.client.end();
  }

  #connected(): Promise<Connection> {
    this.#connection ??= ContextSnapshot.root.run(async () => {
      try {
        return await this.#connect();
      } catch (error) {
        this.#connection = undefined;
        throw error;
      }
    });
    return this.#connection;
  }

  async #connect(): Promise<Connection> {
    const client = new Client({ ...this.#config, pipeline: true });
    // It is told by `end`, and fatal where nobody hears it.
    client.on('error', () => {});
    await client.connect();
    client.on('notification', ({ channel, payload }) => {
      for (const hearer of this.#channels.get(channel) ?? []) hearer.onMessage(payload ?? '');
    });
    client.once('end', () => {
      this.#connection = undefined;
      this.#retry(FIRST_RETRY_MS);
    });
    return { client, statements: new Session(client).statements };
  }

  #retry(delayMs: number): void {
    if (this.#isClosed) return;
    clearTimeout(this.#retryTimer);
    const tryAgain = async (): Promise<void> => {
      try {
        await this.#listenAgain();
      } catch {
        // Away still. Some chance in it, so that not all processes come at once.
        this.#retry(Math.min(delayMs * (1.5 + Math.random()), LAST_RETRY_MS));
      }
    };
    this.#retryTimer = setTimeout(() => void tryAgain(), delayMs).unref();
  }

  async #listenAgain(): Promise<void> {
    const { statements } = await this.#connected();
    const listens = [...this.#channels.keys()].map((name) => `LISTEN ${quoteName(name)};`);
    await statements.script(listens.join(' '));
    for (const hearers of this.#channels.values()) for (const hearer of hearers) hearer.onGap();
  }
}
