import type { Hop } from '@waybill/protocol';
import { expect, test } from 'vitest';
import { checkJob } from '../../apps/demo/src/check-job.ts';
import { assertContextOf, expectedAt } from '../../apps/demo/src/expectation.ts';
import type { JobRecord } from '../../apps/demo/src/price-orders.ts';
import { inContextOf } from '../../apps/demo/src/variables.ts';

const bill = {
  queueMs: 0,
  wallMs: 0,
  cpuMs: 0,
  heapBytes: 0,
  hostCalls: 1,
  hostWaitMs: 0,
  logBytes: 0,
};
const kinds: readonly Hop['kind'][] = ['submit', 'worker', 'isolate', 'host call', 'back'];

/** A job of `harbour-01` that went well but for one hop, which saw the context of `batch`. */
function jobWithHopOf(batch: string, wrongKind: Hop['kind']): JobRecord {
  const trail = kinds.map((kind): Hop => {
    const seen = expectedAt(kind, kind === wrongKind ? batch : 'harbour-01');
    return { kind, where: 'thread 0', threadId: 0, atMs: 0, context: Object.entries(seen) };
  });
  const facts = { jobId: 'harbour-01', tenant: 'harbour', logs: [], bill, trail };
  return {
    batch: { id: 'harbour-01', lines: [] },
    outcome: { ok: true, value: { tenant: 'harbour', orders: [] }, ...facts },
    tookMs: 0,
    seenAfter: expectedAt('back', 'harbour-01'),
  };
}

test.each(kinds)('the demo counts a hop %s that saw another tenant as a mismatch', (kind) => {
  expect(checkJob(jobWithHopOf('harbour-01', kind)).mismatches).toEqual([]);
  expect(checkJob(jobWithHopOf('lumen-01', kind)).mismatches).toHaveLength(1);
});

test('the demo counts a hop that saw another job of the same tenant as a mismatch', () => {
  expect(checkJob(jobWithHopOf('harbour-02', 'host call')).mismatches).toHaveLength(1);
});

test('the demo counts what the submitter saw after run() as a mismatch', () => {
  const job = jobWithHopOf('harbour-01', 'back');
  const after = checkJob({ ...job, seenAfter: expectedAt('back', 'sakura-01') });
  expect(after.mismatches).toEqual(['harbour-01: after run()']);
});

test('a host function of the demo refuses to work in the context of another job', () => {
  inContextOf('harbour-01', () => {
    expect(() => assertContextOf('harbour-01')).not.toThrow();
    expect(() => assertContextOf('harbour-02')).toThrow('import-request');
    expect(() => assertContextOf('lumen-01')).toThrow('tenant');
  });
  expect(() => assertContextOf('harbour-01')).toThrow('harbour-01: tenant');
});
