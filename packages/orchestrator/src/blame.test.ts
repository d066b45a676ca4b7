import { expect, test } from 'vitest';
import type { LossKind } from '@waybill/pool';
import { type LossScene, culpritError, verdictOn, wasKilled } from './blame.ts';
import { lossBy } from './office.fixture.ts';

const acme = { tenant: 'acme', programHash: 'one' };
const others = [
  { tenant: 'acme', programHash: 'two' },
  { tenant: 'globex', programHash: 'one' },
];

const scene = (how: LossKind, programs = [acme], alone = false): LossScene => ({
  how,
  programs,
  alone,
});

test('by a crash a program is found out where no other ran, and else all come under suspicion', () => {
  expect(verdictOn(scene('crash'))).toBe('culprit');
  expect(verdictOn(scene('crash', [acme, { ...acme }]))).toBe('culprit');
  for (const other of others) expect(verdictOn(scene('crash', [acme, other]))).toBe('suspect');
});

test('by its memory a program is found out where it had the process for itself, as idle isolates hold memory too', () => {
  expect(verdictOn(scene('memory'))).toBe('suspect');
  expect(verdictOn(scene('memory', [acme], true))).toBe('culprit');
});

test('by silence a program comes under suspicion, and never more: a machine that sleeps is silent', () => {
  for (const alone of [false, true])
    expect(verdictOn(scene('silent', [acme], alone))).toBe('suspect');
});

test.each(['wedged', 'outside'] as const)('by a loss of kind %s nobody is blamed', (how) => {
  for (const alone of [false, true]) expect(verdictOn(scene(how, [acme], alone))).toBe('innocent');
});

test('a guest that was too large has a code that says so, any other has crashed', () => {
  expect(culpritError(lossBy('memory', []))).toMatchObject({
    code: 'ERR_WAYBILL_GUEST_MEMORY_LIMIT',
    details: { limit: 'maxRssBytes' },
  });
  expect(culpritError(lossBy('crash', []))).toMatchObject({ code: 'ERR_WAYBILL_GUEST_CRASHED' });
});

test('what ended by itself, or by somebody else, was not killed', () => {
  const kinds = ['crash', 'outside', 'memory', 'silent', 'wedged'] as const;
  expect(kinds.filter(wasKilled)).toEqual(['memory', 'silent', 'wedged']);
});
