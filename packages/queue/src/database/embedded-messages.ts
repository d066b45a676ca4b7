/** What the thread of an embedded database is started with. */
export interface EmbeddedThreadData {
  /** The folder of PGlite's own files. */
  readonly dataFolder: string;
}

/** To the thread: bytes of the PostgreSQL protocol, or the wish that it ends. */
export type ToEmbeddedThread = Uint8Array | 'close';

/** From the thread: it is open, it cannot be, or bytes of the PostgreSQL protocol. */
export type FromEmbeddedThread = 'open' | { readonly refused: string } | Uint8Array;
