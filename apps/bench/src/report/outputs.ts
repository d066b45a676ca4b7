import { closeSync, mkdirSync, openSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type Command, UsageError } from '../flags.ts';
import { jsonReport } from './json.ts';
import { judge } from './judge.ts';
import type { BenchResult } from './result.ts';
import { terminalReport } from './terminal.ts';

/** The parts of a command line that name what is written. */
export type Outputs = Pick<Command, 'jsonFile' | 'htmlFile' | 'profileFolder'>;

/** Makes sure that what is measured can be kept, before it is. @throws UsageError */
export function checkOutputs({ jsonFile, htmlFile, profileFolder }: Outputs): void {
  if (jsonFile !== undefined && jsonFile !== '-') check('json', () => touch(jsonFile));
  if (htmlFile !== undefined) check('html', () => touch(htmlFile));
  if (profileFolder !== undefined) {
    check('cpu-prof-dir', () => mkdirSync(profileFolder, { recursive: true }));
  }
}

/** Writes the files that were asked for, then prints the report. */
export async function writeOutputs(
  { jsonFile, htmlFile }: Outputs,
  result: BenchResult,
): Promise<void> {
  const json = jsonReport(result, judge(result));
  // What was measured is kept first: it took longest.
  if (jsonFile !== undefined && jsonFile !== '-') await writeFile(jsonFile, json);
  process.stdout.write(jsonFile === '-' ? json : terminalReport(result));
  if (htmlFile !== undefined) {
    // Charts take time to load, and most runs have none.
    const { renderHtml } = await import('./html/render-html.ts');
    await writeFile(htmlFile, await renderHtml(result));
  }
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
