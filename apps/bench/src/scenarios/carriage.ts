import { openCarriage } from '../lanes/carriage.ts';
import { callByCall } from '../method/call-by-call.ts';
import { aloneP50 } from '../method/closed-measures.ts';
import { comparison } from '../method/compare.ts';
import { partOf, turnsOf } from '../method/part.ts';
import { warmUp } from '../method/warm-up.ts';
import type { Comparison } from '../report/result.ts';
import type { Scenario } from '../scenario.ts';

/** How many variables are carried, and the promise that one of them is held to. */
const cases = [{ count: 1 }, { count: 5, target: 'carriedP50' }, { count: 20 }] as const;

/** Jobs of one function in one pool whose context has more or fewer variables that cross to the worker. */
export const carriage: Scenario = {
  name: 'carriage',
  asks: 'What does a job pay for the variables of its context that it carries to the worker?',
  seconds: { full: 31, quick: 2 },
  async run(bench) {
    await using pool = await openCarriage();
    const none = pool.laneOf(0);
    const { book } = bench;
    const [roundCount, seconds] = bench.isQuick ? [2, 0.1] : [40, 0.24];
    const comparisons: Comparison[] = [];
    for (const [index, { count, ...rest }] of cases.entries()) {
      const lanes = { ours: pool.laneOf(count), other: none };
      await warmUp(bench, lanes, (lane) => aloneP50(lane, book, seconds));
      const turns = turnsOf(partOf(bench, index, cases.length), roundCount, lanes.ours.name);
      // Few percent are to be told apart, so that whole rounds by turns are too coarse.
      const rounds = await callByCall(lanes, { ...turns, book, seconds });
      const what = { what: 'latency p50 alone', unit: 'ms', loop: 'closed', ...rest } as const;
      comparisons.push(comparison(lanes, { ...what, rounds }));
    }
    return {
      comparisons,
      findings: [],
      figures: [
        {
          title: 'Cost of carried variables',
          kind: 'lines',
          x: { label: 'variables', scale: 'linear' },
          y: { label: 'times the latency with none', scale: 'linear' },
          series: [
            {
              name: 'ours',
              points: [
                [0, 1],
                ...comparisons.map(
                  ({ ratio }, index) => [cases[index]?.count ?? 0, ratio.median] as const,
                ),
              ],
            },
          ],
        },
      ],
      omitted: [],
    };
  },
};
