import type { Verdict } from './judge.ts';
import type { BenchResult } from './result.ts';

/** What `--json` writes: the numbers, and what they are judged to be. */
export interface JsonReport extends BenchResult {
  readonly verdicts: readonly Verdict[];
}

/** The report for programs. A number that is none is `null`. */
export function jsonReport(result: BenchResult, verdicts: readonly Verdict[]): string {
  return `${JSON.stringify({ ...result, verdicts } satisfies JsonReport)}\n`;
}
