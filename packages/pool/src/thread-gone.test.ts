import { makeError } from '@waybill/protocol';
import { expect, test } from 'vitest';
import { errorOfAttempt } from './thread-gone.ts';

const cause = new Error('out of memory');
const error = makeError('ERR_WAYBILL_WORKER_EXITED', 'the thread ended', { cause });

test('the attempt that computed when the heap was used up fails for it, the others are lost with their thread', () => {
  const gone = { error, exhaustedBy: 7 };
  expect(errorOfAttempt(gone, 7, 2 ** 26)).toMatchObject({
    code: 'ERR_WAYBILL_GUEST_MEMORY_LIMIT',
    blame: 'guest',
    retryable: false,
    details: { threadHeapBytes: 2 ** 26 },
    cause,
  });
  expect(errorOfAttempt(gone, 8, 2 ** 26)).toBe(error);
});

test('nobody is to blame for a thread that ended in another way, or while no guest computed', () => {
  expect(errorOfAttempt({ error }, 7, 2 ** 26)).toBe(error);
});
