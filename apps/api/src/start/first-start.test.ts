import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEmbedded } from '@waybill/queue';
import { databaseFolder } from './data-folder.ts';
import { startProcess } from './process.fixture.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-first-start-'));
});

afterAll(() => rm(folder, { recursive: true }));

const making = 'making the database';

test('Ctrl-C while the database is made ends the service once it is made, a second one at once, and it starts after either', async () => {
  const env = { WAYBILL_DATA_FOLDER: join(folder, 'data'), WAYBILL_ORCHESTRATOR_THREADS: '1' };
  {
    await using hasty = startProcess(env);
    await hasty.has(making);
    hasty.child.kill('SIGINT');
    hasty.child.kill('SIGTERM');
    // The system may give the later one first.
    expect([130, 143]).toContain(await hasty.ended);
    expect(hasty.printed()).not.toContain('stopped');
  }
  {
    await using patient = startProcess({ ...env, WAYBILL_DATA_FOLDER: join(folder, 'other') });
    await patient.has(making);
    patient.child.kill('SIGINT');
    expect(await patient.ended).toBe(0);
    // It went no further than that.
    expect(patient.printed().trim().split('\n')).toEqual([expect.stringContaining(making)]);
  }
  await using made = await openEmbedded({ folder: databaseFolder(join(folder, 'other')) });
  expect(await made.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  await using third = startProcess(env);
  await third.has('Waybill listens at');
  third.child.kill('SIGTERM');
  expect(await third.ended).toBe(0);
  expect(third.printed()).toContain('stopped');
}, 120_000);
