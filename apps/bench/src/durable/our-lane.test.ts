import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded } from '@waybill/queue';
import { expect, test } from 'vitest';
import { CallBook } from '../method/call-book.ts';
import { measureMany } from './durable-loads.ts';
import { openOurLane } from './our-lane.ts';

test('jobs of several tenants run in the context that each was submitted in', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'waybill-bench-'));
  await using database = await openEmbedded({ folder: join(folder.path, 'ours') });
  await using lane = await openOurLane(database);
  const book = new CallBook();
  await measureMany(lane, book, { jobCount: 20, producerCount: 8 });
  expect(book.checks()).toEqual({ callCount: 20, wrongCount: 0, failedCount: 0, examples: [] });
});
