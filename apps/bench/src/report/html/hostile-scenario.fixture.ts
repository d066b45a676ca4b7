import type { FlameFrame, ScenarioResult } from '../result.ts';

/** Text that would break out of any place that does not escape it. */
export const hostileText = `</script><script>globalThis.broken = 1</script><!-- "'><img src=x onerror="globalThis.broken = 1">`;

/** A scenario whose every name attacks, whose numbers are none, and with a deep flame. */
export const hostileScenario: ScenarioResult = {
  scenario: hostileText,
  seconds: 1.2,
  comparisons: [
    {
      what: hostileText,
      unit: hostileText,
      ours: { name: hostileText, median: 1 },
      other: {
        name: 'an-extraordinarily-long-name-without-a-single-space-of-a-lane-that-nobody-would-ever-give-to-one-but-who-knows'.repeat(
          2,
        ),
        median: 0,
      },
      ratio: { median: Infinity, low: NaN, high: Infinity, roundCount: 2 },
      rounds: [
        { ours: 1, other: 0 },
        { ours: NaN, other: Infinity },
      ],
      loop: 'none',
    },
  ],
  findings: [{ what: hostileText, unit: hostileText, value: 0 }],
  figures: [
    {
      title: hostileText,
      kind: 'lines',
      x: { label: hostileText, scale: 'linear' },
      y: { label: hostileText, scale: 'log' },
      // A zero, which no logarithmic axis can show.
      series: [
        {
          name: hostileText,
          points: [
            [0, 0],
            [1, 12],
            [2, 7],
          ],
        },
      ],
    },
  ],
  checks: { callCount: 1, wrongCount: 0, failedCount: 1, examples: [hostileText] },
  omitted: [hostileText],
  flames: [{ title: hostileText, root: frame('(root)', [frame(hostileText, [], 40), stack(30)]) }],
};

function frame(name: string, children: readonly FlameFrame[], ownMs = 0): FlameFrame {
  return { name, children, totalMs: children.reduce((sum, { totalMs }) => sum + totalMs, ownMs) };
}

function stack(deep: number): FlameFrame {
  const names = [
    'runJob packages/worker/src/run-job.ts:41',
    'settle',
    'toWire packages/context/src/wire.ts:12',
    'postMessage',
  ];
  let built = frame('(program)', [], 90);
  for (let depth = deep; depth > 0; depth--) {
    built = frame(
      names[depth % names.length] ?? '',
      [built, frame('encode', [], 2 + (depth % 5))],
      3,
    );
  }
  return built;
}
