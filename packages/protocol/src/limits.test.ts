import { expect, test } from 'vitest';
import { defaultLimits, limitTable, resolveLimits } from './limits.ts';

test('the default limits are those of the table', () => {
  const fromTable = Object.entries(limitTable).map(([name, entry]) => [name, entry.default]);
  expect(defaultLimits).toEqual(Object.fromEntries(fromTable));
});

test('an override replaces what it names and leaves the rest, also where it says undefined', () => {
  const resolved = resolveLimits(defaultLimits, { wallMs: 7, cpuMs: undefined });
  expect(resolved).toEqual({ ...defaultLimits, wallMs: 7 });
  expect(Object.isFrozen(resolved)).toBe(true);
});

test('where nothing is overridden a frozen base is its own result, and no other is', () => {
  expect(resolveLimits(defaultLimits, { wallMs: undefined })).toBe(defaultLimits);
  const base = { ...defaultLimits };
  const resolved = resolveLimits(base, {});
  expect(resolved).not.toBe(base);
  expect(resolved).toEqual(base);
  expect(Object.isFrozen(resolved)).toBe(true);
});

test('resolving changes neither the base nor the override', () => {
  const base = { ...defaultLimits };
  const override = { timers: 1 };
  resolveLimits(base, override);
  expect(base).toEqual(defaultLimits);
  expect(override).toEqual({ timers: 1 });
});
