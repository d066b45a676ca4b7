/** What the thread of an embedded database is started with. */
export interface EmbeddedThreadData {
  /** The folder of PGlite's own files. */
  readonly dataFolder: string;
}

/** To the thread: bytes of the PostgreSQL protocol, or that their sender is gone, or that the database is to close. */
export type ToEmbeddedThread = Uint8Array | 'hang up' | 'close';

/** From the thread: it is open, it cannot be, or bytes of the PostgreSQL protocol. */
export type FromEmbeddedThread = 'open' | { readonly refused: string } | Uint8Array;
