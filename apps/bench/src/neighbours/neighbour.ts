import type { CallBook } from '../method/call-book.ts';

/** What became of a neighbour's jobs. */
export interface NeighbourCounts {
  readonly settledCount: number;
  /** Those that were not admitted. */
  readonly refusedCount: number;
}

/** What runs beside the tenants that are measured, from its start until it is stopped. */
export interface Neighbour {
  readonly name: string;
  /** Starts. @returns stops, and resolves when all of its jobs have settled and are in the book */
  start(book: CallBook): () => Promise<NeighbourCounts>;
}
