import { expect, test } from 'vitest';
import { checkRunOptions, type RunOptions } from './run-options.ts';

test('a signal and a listener are taken as given', () => {
  const signal = AbortSignal.abort();
  const onLog = (): void => {};
  expect(checkRunOptions({ signal, onLog })).toEqual({ signal, onLog });
  expect(checkRunOptions({})).toEqual({ signal: undefined, onLog: undefined });
});

test.each([
  [null, 'options: expected an object with signal and onLog, got null'],
  ['x', 'options: expected an object with signal and onLog, got "x"'],
  [[], 'options: expected an object with signal and onLog, got an array'],
  [
    { signals: null },
    'options.signals: expected a known key (did you mean "signal"?), got "signals"',
  ],
  [{ timeoutMs: 5 }, 'options.timeoutMs: expected a known key (signal, onLog), got "timeoutMs"'],
  [{ signal: {} }, 'options.signal: expected an AbortSignal, got an object'],
  [{ signal: null }, 'options.signal: expected an AbortSignal, got null'],
  [{ onLog: 'log' }, 'options.onLog: expected a function, got "log"'],
])('the options %j are refused', (options, message) => {
  expect(() => checkRunOptions(options as RunOptions)).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_INVALID_JOB', message }),
  );
});
