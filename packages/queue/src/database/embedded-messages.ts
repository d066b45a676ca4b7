/** What the thread of an embedded database is started with. */
export interface EmbeddedThreadData {
  /** The folder of PGlite's own files. */
  readonly dataFolder: string;
}

/**
 * Bytes of the PostgreSQL protocol, with the number of the connection that they belong to: what still answers one that was given
 * up is nothing for its successor.
 */
export interface EmbeddedBytes {
  readonly connection: number;
  readonly bytes: Uint8Array;
}

/** To the thread: a statement, or that the connection that spoke last is gone, or that the database is to close. */
export type ToEmbeddedThread = EmbeddedBytes | 'hang up' | 'close';

/** From the thread: it is open, it cannot be, or an answer. */
export type FromEmbeddedThread = 'open' | { readonly refused: string } | EmbeddedBytes;
