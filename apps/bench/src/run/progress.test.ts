import { expect, test } from 'vitest';
import type { Scenario } from '../scenario.ts';
import { Progress, type ProgressOutput } from './progress.ts';

const scenarios: readonly Scenario[] = ['one', 'two'].map((name) => ({
  name,
  asks: 'What?',
  seconds: { full: 100, quick: 10 },
  run: () => Promise.reject(new Error('never run here')),
}));

interface Screen extends ProgressOutput {
  readonly written: string[];
}

function screen(look: Omit<ProgressOutput, 'write'>): Screen {
  const written: string[] = [];
  return { ...look, written, write: (text: string) => written.push(text) };
}

function begin([first]: readonly Scenario[], progress: Progress): void {
  if (first !== undefined) progress.begin(first);
}

test('without a terminal there is a line for each scenario', () => {
  const output = screen({});
  {
    using progress = new Progress({ scenarios, isQuick: false, output });
    begin(scenarios, progress);
    progress.update(0.5, 'half');
    progress.say('one: broken');
  }
  expect(output.written).toEqual(['bench: 1 of 2: one, about 1:40\n', 'bench: one: broken\n']);
});

test('on a terminal one line says how far it is and how long it still takes, and is cleared in the end', () => {
  const output = screen({ isTTY: true, columns: 100 });
  let nowMs = 0;
  {
    using progress = new Progress({ scenarios, isQuick: true, output, now: () => nowMs });
    begin(scenarios, progress);
    nowMs = 8_000;
    progress.update(0.5, 'counting');
  }
  expect(output.written).toEqual([
    '\r\u001B[2K',
    '1 of 2: one  0 %  starting  0:00, about 0:20 left',
    '\r\u001B[2K',
    '1 of 2: one  50 %  counting  0:08, about 0:18 left',
    '\r\u001B[2K',
  ]);
});

test('a line is never longer than the terminal is wide', () => {
  const output = screen({ isTTY: true, columns: 20 });
  {
    using progress = new Progress({ scenarios, isQuick: true, output });
    begin(scenarios, progress);
  }
  expect(output.written[1]).toBe('1 of 2: one  0 %  s');
});
