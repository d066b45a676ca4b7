import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { TurnNote } from './turn-note.ts';

test('a note says whose turn it is, and nobody after its end', () => {
  const note = new TurnNote();
  const read = new TurnNote(note.buffer);
  expect(read.read()).toBeUndefined();
  note.begin(2 ** 40 + 1);
  expect(read.read()).toBe(2 ** 40 + 1);
  note.end();
  expect(read.read()).toBeUndefined();
});

test('a thread that ran out of memory has left word of whose turn it was', async () => {
  const note = new TurnNote();
  const url = new URL('./turn-note.ts', import.meta.url).href;
  const program = `
    const { workerData } = require('node:worker_threads');
    import(${JSON.stringify(url)}).then(({ TurnNote }) => {
      new TurnNote(workerData).begin(7);
      let kept;
      for (;;) kept = { kept };
    });
  `;
  const resourceLimits = { maxOldGenerationSizeMb: 32 };
  const worker = new Worker(program, { eval: true, workerData: note.buffer, resourceLimits });
  const [error] = await once(worker, 'error');
  expect(error).toMatchObject({ code: 'ERR_WORKER_OUT_OF_MEMORY' });
  expect(note.read()).toBe(7);
});
