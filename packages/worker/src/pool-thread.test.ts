import { once } from 'node:events';
import { expect, test } from 'vitest';
import { makeMessage } from './attempt-message.fixture.ts';
import { runAttempt } from './run-attempt.ts';
import { openThread } from './thread.fixture.ts';

test('a thread says what it holds', async () => {
  await using opened = openThread();
  await runAttempt(opened.thread, makeMessage());
  await runAttempt(opened.thread, makeMessage({ tenant: 'globex' }));
  expect(opened.thread.api().stats()).toMatchObject({
    threadId: opened.thread.id,
    attemptCount: 0,
    isolateCount: 2,
    isolatesCreatedCount: 2,
    isolatesRecycledCount: 0,
    wedgedCount: 0,
    cachedProgramCount: 1,
  });
});

test('a guest function of a job that has ended cannot be called', async () => {
  await using opened = openThread();
  expect(() => opened.thread.api().callGuest(4_711, 1, { text: '', bytes: '' })).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_JOB_ENDED' }),
  );
});

test('a program is checked without being run', async () => {
  await using opened = openThread();
  const api = opened.thread.api();
  const program = { sourceType: 'module', modules: [] } as const;
  api.checkProgram({ ...program, source: 'throw 1; export default () => 1' });
  expect(() => api.checkProgram({ ...program, source: 'export default (' })).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_GUEST_SYNTAX' }),
  );
});

test('a submitting thread that is gone need not be told, and one that does not hear is warned of', async () => {
  await using opened = openThread({
    isolateRecycled: () => {
      throw new Error('refused');
    },
  });
  const warned = once(process, 'warning');
  await opened.thread.tell('isolateRecycled', ['acme', 'age']);
  expect(String((await warned)[0])).toBe(
    'WaybillWarning: isolateRecycled was not heard: Error: refused',
  );
  const gone = AbortSignal.abort();
  Object.defineProperty(opened.thread.submitter, 'broken', { value: gone });
  await opened.thread.tell('isolateRecycled', ['acme', 'age']);
});
