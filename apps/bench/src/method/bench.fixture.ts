import type { Bench } from '../scenario.ts';
import { CallBook } from './call-book.ts';

/** Makes a bench that keeps what it is told of progress. */
export function benchOf(given: Partial<Bench> = {}): Bench & { readonly said: [number, string][] } {
  const said: [number, string][] = [];
  return {
    seed: 7,
    isQuick: true,
    cores: 2,
    threads: 1,
    hasPeers: false,
    book: new CallBook(),
    progress: (share, doing) => void said.push([share, doing]),
    signal: new AbortController().signal,
    ...given,
    said,
  };
}
