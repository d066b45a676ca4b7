import { accessSync, closeSync, constants, mkdirSync, openSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, UsageError } from '../flags.ts';
import { jsonReport } from './json.ts';
import { judge } from './judge.ts';
import type { BenchResult } from './result.ts';
import { terminalReport } from './terminal.ts';

/** The parts of a command line that name what is written. */
export type Outputs = Pick<Command, 'jsonFile' | 'htmlFile' | 'profileFolder'>;

/** Makes sure that what is measured can be kept, before it is. @throws UsageError */
export function checkOutputs({ jsonFile, htmlFile, profileFolder }: Outputs): void {
  if (jsonFile !== undefined && htmlFile !== undefined && resolve(jsonFile) === resolve(htmlFile)) {
    throw new UsageError('--html: expected another file than that of --json');
  }
  if (jsonFile !== undefined && jsonFile !== '-') check('json', () => touch(jsonFile));
  if (htmlFile !== undefined) check('html', () => touch(htmlFile));
  if (profileFolder !== undefined) {
    check('cpu-prof-dir', () => {
      mkdirSync(profileFolder, { recursive: true });
      accessSync(profileFolder, constants.W_OK);
    });
  }
}

/** Writes the files that were asked for, and prints the report. Gives a line for each file that could not be written. */
export async function writeOutputs(
  { jsonFile, htmlFile }: Outputs,
  result: BenchResult,
): Promise<readonly string[]> {
  const unwritten: string[] = [];
  // What one of them fails with must not take the others along: to measure took longest.
  const write = (flag: string, file: string, text: string): Promise<void> =>
    writeFile(file, text).catch((error: Error) => {
      unwritten.push(`--${flag}: ${error.message}`);
    });
  const json = jsonReport(result, judge(result));
  if (jsonFile !== undefined && jsonFile !== '-') await write('json', jsonFile, json);
  process.stdout.write(jsonFile === '-' ? json : terminalReport(result));
  if (htmlFile !== undefined) {
    // Charts take time to load, and most runs have none.
    const { renderHtml } = await import('./html/render-html.ts');
    await write('html', htmlFile, await renderHtml(result));
  }
  return unwritten;
}

function check(flag: string, tryIt: () => void): void {
  try {
    tryIt();
  } catch (error) {
    throw new UsageError(`--${flag}: ${(error as Error).message}`, { cause: error });
  }
}

function touch(file: string): void {
  closeSync(openSync(file, 'a'));
}
