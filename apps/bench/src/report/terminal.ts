import { checkedOf } from './checked.ts';
import { judge, type Verdict } from './judge.ts';
import type { BenchResult } from './result.ts';
import { checkLines, scenarioLines } from './terminal-scenario.ts';
import { bad, bold, counted, dim, good, measured } from './terminal-text.ts';
import { table } from './terminal-table.ts';

/** How the numbers came to be, in few words. */
const method = [
  'By turns: the two sides of a comparison are measured right after each other, in the order A B B A; where a few percent count, single calls are.',
  'Warm-up: both are called before anything counts; where whole calls are compared, for two rounds by turns (--quick: one).',
  'Ratio: the median of the ratios of the rounds, ours to the other; in brackets what the middle half of them spans.',
  'Open loop: calls come when a thread of its own says so; a call counts from when it was due, so a wait is never left out.',
  'Open loop, wake-ups: one of that thread that is up to 0.2 ms late counts as the sleep’s, everything later as a wait of the call.',
  'Closed loop: callers wait for their answer; what is possible at most, or with one caller how long a call takes alone.',
  'Latencies are in HDR histograms of three digits. Every answer is checked, and the context too where one is carried.',
];

/** The report for people: scenarios, targets, method, each a table or a few lines. */
export function terminalReport(result: BenchResult): string {
  const { machine, seed, isQuick, startedAt, scenarios, broken } = result;
  const facts = { ...machine, seed: String(seed), started: startedAt };
  const lines = [
    bold('machine'),
    ...table(
      Object.entries(facts).map(([name, fact]) => [name, name === 'busy' ? bad(fact) : fact]),
      '  ',
    ),
    ...(isQuick ? ['  --quick: few and short rounds, a look and no measurement'] : []),
    '',
    ...scenarios.flatMap(scenarioLines),
    ...brokenLines(broken),
    bold('targets'),
    ...table(judge(result).map(verdictRow), '  '),
    '',
    bold('method'),
    ...method.map((line) => `  ${dim(line)}`),
    '',
    mismatchLine(result),
  ];
  return `${lines.join('\n')}\n`;
}

function brokenLines(broken: BenchResult['broken']): readonly string[] {
  if (broken.length === 0) return [];
  const lines = broken.flatMap(({ scenario, reason, checks }) => [
    `  ${scenario}: ${bad(reason.replaceAll('\n', '\n    '))}`,
    ...(checks ? checkLines(checks, '    ') : []),
  ]);
  return [bold('did not come to their end'), ...lines, ''];
}

function verdictRow({ says, limit, value, isMet, scenario, unit }: Verdict): readonly string[] {
  const words =
    isMet === undefined ? dim('not measured') : isMet ? good('pass') : bad('FALLS SHORT');
  return [words, says, limit, value === undefined ? '' : measured(value, unit), dim(scenario)];
}

function mismatchLine(result: BenchResult): string {
  const checked = checkedOf(result);
  const calls = checked.reduce((sum, { checks }) => sum + checks.callCount, 0);
  const wrong = checked.reduce((sum, { checks }) => sum + checks.wrongCount, 0);
  const known = new Set(checked.map(({ scenario }) => scenario));
  const lost = result.broken.filter(({ scenario }) => !known.has(scenario)).length;
  const rest = lost === 0 ? '' : `, not counting ${counted(lost, 'scenario')} without counts`;
  const text = `context mismatches: ${wrong} in ${counted(calls, 'call')}${rest}`;
  return bold(wrong + lost === 0 ? good(text) : bad(text));
}
