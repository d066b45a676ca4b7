import type { Command } from 'commander';
import type { RunSpec } from '@waybill/client';
import type { FunctionSpec, LimitOverrides } from '@waybill/protocol';
import { UsageError } from '../exit-codes.ts';
import { collect, collectLimit, wholeNumber } from './parse.ts';
import { readText } from './read-file.ts';
import { readJson } from './read-json.ts';

/** What is said of a program. */
export interface ProgramOptions {
  readonly expression?: boolean;
  readonly module?: readonly string[];
  readonly limit?: LimitOverrides;
  readonly rerunnable?: boolean;
}

/** What is said of a job. */
export interface JobOptions extends ProgramOptions {
  readonly function?: string;
  /** With `--function`: its version. */
  readonly of?: number;
  readonly input?: string;
  readonly priority?: number;
  readonly trail?: boolean;
}

/** Adds the options of {@link ProgramOptions}. */
export function withProgram(command: Command): Command {
  return command
    .option('--expression', 'the file holds one expression, not a module')
    .option(
      '--module <specifier=file>',
      'a module that the guest may import (again for more)',
      collect,
    )
    .option('--limit <name=number>', 'such as wallMs=5000 (again for more)', collectLimit)
    .option('--rerunnable', 'may run again, host calls included, if what ran it is lost');
}

/** Adds the options of {@link JobOptions}. */
export function withJob(command: Command): Command {
  withProgram(command)
    .option('--function <name>', 'run this deployed function instead of a file')
    .option(
      '--of <version>',
      'version of the function (default: the last)',
      wholeNumber(1, 2 ** 31 - 1),
    )
    .option('--input <json>', 'input as JSON; @FILE reads a file, - the standard input')
    .option('--priority <number>', 'from -100 to 100', wholeNumber(-100, 100))
    .option('--trail', 'list each border that the job crosses, and the context seen there');
  return command;
}

/** A program as its options and its file say. @throws UsageError */
export async function readProgram(
  file: string,
  options: ProgramOptions,
): Promise<Omit<FunctionSpec, 'name' | 'tenant'>> {
  const { expression, module = [], limit, rerunnable } = options;
  const modules = await Promise.all(module.map(readModule));
  return {
    source: await readText(file),
    ...(expression && { sourceType: 'expression' }),
    ...(modules.length > 0 && { modules: Object.fromEntries(modules) }),
    limits: limit,
    rerunnable,
  };
}

/** A job as its options and its file say. @throws UsageError */
export async function readJob(file: string | undefined, options: JobOptions): Promise<RunSpec> {
  const { function: name, of: version, input, priority, trail, limit, rerunnable } = options;
  if ((file === undefined) === (name === undefined)) {
    throw new UsageError('give either a file or --function NAME');
  }
  if (file === '-' && input === '-') {
    throw new UsageError('the standard input can be the file or the input, not both');
  }
  const program =
    file === undefined
      ? { function: name, version, limits: limit, rerunnable }
      : await readProgram(file, options);
  return { ...program, input: await readJson('--input', input), priority, trail };
}

async function readModule(given: string): Promise<readonly [specifier: string, source: string]> {
  const at = given.indexOf('=');
  if (at < 1) throw new UsageError(`--module ${given}: expected SPECIFIER=FILE`);
  return [given.slice(0, at), await readText(given.slice(at + 1))];
}
