import { expect, test } from 'vitest';
import { escapePrograms } from './corpus/escape.ts';
import { forgeryPrograms } from './corpus/forgery.ts';
import { timePrograms } from './corpus/time.ts';
import { naiveVmRunner } from './naive-vm-runner.ts';
import type { HostileProgram } from './program.ts';

// The positive control: programs that find nothing in Waybill do find a way out of a plain `node:vm` context, and the
// judge says so. Without it a corpus of programs that are broken would look like a safe sandbox.

const programs = [...escapePrograms, ...forgeryPrograms];

function named(name: string, among: readonly HostileProgram[] = programs): HostileProgram {
  const found = among.find((program) => program.name === name);
  if (found === undefined) throw new Error(`no program is named ${name}`);
  return found;
}

test.each([
  'follows the constructors of a host function',
  'follows the constructors of its input',
  'follows the constructors of what a host function returned',
  'follows the constructors of a host error',
  'follows the constructors of what the host passes to its callback',
  'follows the constructors of its context, its signal and its log',
  'follows the constructors of timers and of the console',
  'looks around when the host makes text of an argument',
  'gives itself a printer of the host, and follows its arguments',
  'calls the host functions on receivers and with arguments of odd kinds',
  'formats stacks itself and follows every call site',
])('in a plain node:vm context a guest that %s gets hold of the process', async (name) => {
  const { escaped, faults } = await naiveVmRunner.run(named(name));
  expect(escaped.join()).toContain('process');
  expect(faults).not.toEqual([]);
});

test.each([
  ['reads the stacks of its errors for places of the host', 'naive-vm.fixture.ts'],
  ['writes members of prototypes through the keys of its arguments', 'polluted'],
  ['asks for host functions that are not offered', 'host.echo: replaced'],
  ['asks its context for the variables of the host', 'constructor'],
])('in a plain node:vm context a guest that %s finds something', async (name, what) => {
  const { escaped } = await naiveVmRunner.run(named(name));
  expect(escaped.join()).toContain(what);
});

test('in a plain node:vm context a guest that loops behind an awaited host call is seen to hang', async () => {
  const { ended, faults } = await naiveVmRunner.run(
    named('loops behind an awaited host call', timePrograms),
  );
  expect(ended).toBe('nothing');
  expect(faults).toContain('it did not settle');
});
