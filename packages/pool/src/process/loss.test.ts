import { expect, test } from 'vitest';
import { howEnded } from './loss.ts';

const [small, large, maxRssBytes] = [100, 600, 1_000];

test.each([
  ['SIGSEGV', small, 'crash'],
  ['SIGABRT', large, 'crash'],
  [null, small, 'crash'],
  ['SIGKILL', small, 'outside'],
  ['SIGKILL', large, 'memory'],
  ['SIGTERM', large, 'outside'],
] as const)(
  'a process that ended by %s and held %i of 1000 bytes was lost by %s',
  (signal, rssBytes, how) => {
    expect(howEnded({ signal, rssBytes, maxRssBytes })).toBe(how);
  },
);
