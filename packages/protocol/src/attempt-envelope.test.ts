import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AttemptMessage, defaultLimits, openAttempt, sealAttempt } from './index.ts';

const message: AttemptMessage = {
  attemptId: 7,
  jobId: 'job-7',
  tenant: 'acme',
  target: { kind: 'function', functionKey: 'acme\nprice\n3' },
  input: { text: '{"cents":5}', bytes: '' },
  limits: defaultLimits,
  reuse: 'tenant',
  context: { v: 1, entries: [['tenant', '"acme"']] },
  guestContext: [['tenant', '"acme"']],
  submittedMs: 1_234.567,
  deadlineMs: 6_234.567,
  trail: false,
  streamsLog: true,
  streamsHostCalls: false,
};

test('an attempt at a deployed function comes out of its envelope as it went in', () => {
  expect(openAttempt(structuredClone(sealAttempt(message)))).toEqual(message);
});

test('a program crosses beside the head, whatever is in its source', () => {
  const sources = fc.string({ unit: 'binary', maxLength: 200 });
  fc.assert(
    fc.property(sources, sources, sources, (source, text, jobId) => {
      const program = { source, sourceType: 'module', modules: [['./a.js', text]] } as const;
      const sent = { ...message, jobId, target: { kind: 'program', program } } as const;
      const envelope = sealAttempt({ ...sent, input: { text, bytes: source } });
      expect(envelope.head).not.toContain('"source"');
      const input = { text, bytes: source };
      expect(openAttempt(structuredClone(envelope))).toEqual({ ...sent, input });
    }),
  );
});

test('each attempt comes out with its own limits, whichever came before', () => {
  const someLimits = fc.constantFrom(
    defaultLimits,
    ...[1, 2].map((wallMs) => Object.freeze({ ...defaultLimits, wallMs })),
  );
  fc.assert(
    fc.property(fc.array(someLimits, { maxLength: 10 }), (each) => {
      const sealed = each.map((limits) => structuredClone(sealAttempt({ ...message, limits })));
      expect(sealed.map((envelope) => openAttempt(envelope).limits)).toEqual(each);
    }),
  );
});
