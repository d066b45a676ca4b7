import { expect, test } from 'vitest';
import { describeMachine } from './machine.ts';

test('the machine is said with what runs on it and how busy it was', () => {
  expect(describeMachine()).toMatchObject({
    cores: expect.stringMatching(/^\d+ of \d+ may be used$/) as string,
    memory: expect.stringMatching(/^\d+\.\d GiB$/) as string,
    node: process.versions.node,
    v8: process.versions.v8,
    load: expect.stringMatching(/^\d+\.\d\d over the minute before$/) as string,
  });
});

test('each supplier is named with its version', () => {
  const machine = describeMachine();
  for (const name of ['isolated-vm', 'piscina', 'pg-boss']) {
    expect(machine[name]).toMatch(/^\d+\.\d+\.\d+/);
  }
  for (const name of ['secure-exec', 'tinypool']) {
    expect(machine[name]).toMatch(/^(?:\d+\.\d+\.\d+|not installed)/);
  }
});
