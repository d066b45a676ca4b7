/** How a statement is run. */
export interface QueryOptions {
  /**
   * Whether the connection may keep it prepared. `false` for texts of which there are many: those that are run all the time need
   * the room.
   *
   * @defaultValue true
   */
  readonly isKept?: boolean | undefined;
  /**
   * Whether it may take no longer than statements take as a rule. `false` where it reads or writes whole tables.
   *
   * @defaultValue true
   */
  readonly isBounded?: boolean | undefined;
}

/** Runs statements: a database, or one transaction of it. */
export interface Queryable {
  /**
   * Runs one statement.
   *
   * Columns come as the drivers of both databases give them alike: text, boolean, int4, float8 and uuid as such, int8 as a
   * string, json as parsed. Moments are selected as float8 ms since 1970 (`epoch_ms(column)`), never as a Date.
   *
   * @throws `ERR_WAYBILL_DATABASE_UNAVAILABLE` where the database does not answer; the statement may or may not have run.
   *   What the database refuses rejects with its own error, which has the SQLSTATE in `code`
   */
  query<Row extends object = object>(
    text: string,
    values?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<readonly Row[]>;
  /** Runs statements without values, separated by semicolons, and gives the rows of all of them. */
  script<Row extends object = object>(
    text: string,
    options?: Pick<QueryOptions, 'isBounded'>,
  ): Promise<readonly Row[]>;
}

/** Runs statements in one transaction. */
export interface Transaction extends Queryable {
  /**
   * Runs the last statement: the commit goes along with it, which saves the wait for an answer in between. What is thrown after it
   * undoes nothing any more.
   */
  readonly last: Queryable;
}

/** A database of durable jobs, embedded or a server. Whoever opened it closes it. */
export interface Database extends Queryable, AsyncDisposable {
  /** `embedded`: PGlite in a thread of this process, one process at a time. `postgres`: a server, any number of processes. */
  readonly kind: 'embedded' | 'postgres';
  /**
   * Runs `work` in one transaction: committed when it resolves, rolled back when it rejects. On the embedded database nothing
   * else runs meanwhile, so `work` waits for nothing but statements of its own.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /**
   * Hears `pg_notify` on a channel, of this and of every other process. What is said while the connection is down is lost;
   * `onGap` is called when it is up again, and at the start.
   *
   * @returns stops listening
   */
  listen(
    channel: string,
    onMessage: (payload: string) => void,
    onGap: () => void,
  ): Promise<() => Promise<void>>;
  /** Resolves with the reason if the database ends for good without having been closed: an embedded one whose thread died. */
  readonly ended: Promise<Error>;
  /** Waits for statements that run, then closes. Idempotent. */
  close(): Promise<void>;
}
