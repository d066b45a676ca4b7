import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AttemptReport, openReport, sealReport } from './index.ts';

const report: AttemptReport = {
  settlement: { ok: true, value: { text: '{"cents":5}', bytes: '' } },
  logs: [{ seq: 0, atMs: 1.5, level: 'log', text: 'hello' }],
  hops: [{ kind: 'worker', where: 'thread 1', threadId: 1, context: [['a', '"b"']], atMs: 1 }],
  usage: { startedMs: 1.25, cpuMs: 1, heapBytes: 1, hostCalls: 1, hostWaitMs: 1, logBytes: 1 },
  steps: { rebindMs: 0.1, runMs: 1 },
};

test('a report comes out of its envelope as it went in, whatever its result is', () => {
  const texts = fc.string({ unit: 'binary', maxLength: 200 });
  fc.assert(
    fc.property(texts, texts, (text, bytes) => {
      const sent: AttemptReport = { ...report, settlement: { ok: true, value: { text, bytes } } };
      expect(openReport(structuredClone(sealReport(sent)))).toEqual(sent);
    }),
  );
});

test('a failure comes out of its envelope as it went in', () => {
  const error = {
    kind: 'thrown',
    name: 'Error',
    message: '\ud800 no',
    details: { a: [1] },
  } as const;
  const sent: AttemptReport = {
    ...report,
    settlement: { ok: false, error },
    escalation: 'dispose',
  };
  expect(openReport(sealReport(sent))).toEqual(sent);
});
