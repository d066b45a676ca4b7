import { isMet, type TargetName } from '../targets.ts';
import { limitOf } from './judge.ts';
import type { Checks, Comparison, ScenarioResult } from './result.ts';
import { bad, bold, counted, dim, good, measured, ratioText } from './terminal-text.ts';
import { table } from './terminal-table.ts';

/** The lines about a scenario: what was compared, found, checked and left out. */
export function scenarioLines(result: ScenarioResult): readonly string[] {
  const { scenario, seconds, findings, checks, omitted } = result;
  const found = findings.map(({ what, unit, value, target }) => [
    what,
    measured(value, unit),
    targetText(target, value),
  ]);
  return [
    `${bold(scenario)} ${dim(`(${measured(seconds, 's')})`)}`,
    ...pairsOf(result.comparisons).flatMap(pairLines),
    ...table(found, '  '),
    ...checkLines(checks, '  '),
    ...omitted.map((line) => `  left out: ${line}`),
    '',
  ];
}

/** Comparisons in a row that are between the same two. */
function pairsOf(comparisons: readonly Comparison[]): readonly Comparison[][] {
  const pairs: Comparison[][] = [];
  for (const comparison of comparisons) {
    const pair = pairs.at(-1);
    const [first] = pair ?? [];
    const isSame =
      first?.ours.name === comparison.ours.name && first.other.name === comparison.other.name;
    if (pair !== undefined && isSame) pair.push(comparison);
    else pairs.push([comparison]);
  }
  return pairs;
}

function pairLines(pair: readonly Comparison[]): readonly string[] {
  const [first] = pair;
  const rows = pair.map(({ what, unit, ours, other, ratio, loop, target }) => [
    what,
    measured(ours.median, unit),
    measured(other.median, unit),
    ratioText(ratio),
    loop === 'none' ? '' : `${loop} loop`,
    targetText(target, ratio.median),
  ]);
  return [`  ${first?.ours.name} / ${first?.other.name}`, ...table(rows, '    ')];
}

/** The lines about what was checked: the counts, then examples of what went wrong. */
export function checkLines(
  { callCount, wrongCount, failedCount, examples }: Checks,
  indent: string,
): readonly string[] {
  const text = `${counted(callCount, 'call')}, ${wrongCount} wrong, ${failedCount} failed`;
  const isRight = wrongCount === 0 && failedCount === 0;
  return [
    `${indent}checked: ${isRight ? good(text) : bad(text)}`,
    ...examples.map((example) => `${indent}  ${bad(example)}`),
  ];
}

function targetText(target: TargetName | undefined, value: number): string {
  if (target === undefined) return '';
  const limit = limitOf(target);
  return isMet(target, value) ? good(`pass, ${limit}`) : bad(`FALLS SHORT, ${limit}`);
}
