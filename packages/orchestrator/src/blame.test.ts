import { expect, test } from 'vitest';
import { culpritError, verdictOn, wasKilled } from './blame.ts';
import { lossBy } from './office.fixture.ts';

const acme = { tenant: 'acme', programHash: 'one' };
const others = [
  { tenant: 'acme', programHash: 'two' },
  { tenant: 'globex', programHash: 'one' },
];

test.each(['crash', 'memory', 'silent'] as const)(
  'by a loss of kind %s a program is found out where no other ran, and else all come under suspicion',
  (how) => {
    expect(verdictOn(how, [acme])).toBe('culprit');
    expect(verdictOn(how, [acme, { ...acme }])).toBe('culprit');
    for (const other of others) expect(verdictOn(how, [acme, other])).toBe('suspect');
  },
);

test.each(['wedged', 'outside'] as const)('by a loss of kind %s nobody is blamed', (how) => {
  expect(verdictOn(how, [acme])).toBe('innocent');
});

test('a guest that was too large has a code that says so, all others have crashed', () => {
  expect(culpritError(lossBy('memory', []))).toMatchObject({
    code: 'ERR_WAYBILL_GUEST_MEMORY_LIMIT',
    details: { limit: 'maxRssBytes' },
  });
  for (const how of ['crash', 'silent'] as const) {
    expect(culpritError(lossBy(how, []))).toMatchObject({ code: 'ERR_WAYBILL_GUEST_CRASHED' });
  }
});

test('what ended by itself, or by somebody else, was not killed', () => {
  const kinds = ['crash', 'outside', 'memory', 'silent', 'wedged'] as const;
  expect(kinds.filter(wasKilled)).toEqual(['memory', 'silent', 'wedged']);
});
