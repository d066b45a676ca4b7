import { expect, test } from 'vitest';
import { checkRunOptions, type RunOptions } from './run-options.ts';

test('a signal and a listener are taken, and nothing else', () => {
  const signal = AbortSignal.abort();
  const onLog = (): void => {};
  expect(checkRunOptions({ signal, onLog, site: 'x' } as RunOptions)).toEqual({ signal, onLog });
  expect(checkRunOptions({})).toEqual({ signal: undefined, onLog: undefined });
});

test.each([
  [null, 'options: expected an object with signal and onLog, got null'],
  ['x', 'options: expected an object with signal and onLog, got string'],
  [{ signal: {} }, 'options.signal: expected an AbortSignal, got object'],
  [{ signal: null }, 'options.signal: expected an AbortSignal, got null'],
  [{ onLog: 'log' }, 'options.onLog: expected a function, got string'],
])('the options %j are refused', (options, message) => {
  expect(() => checkRunOptions(options as RunOptions)).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_INVALID_JOB', message }),
  );
});
