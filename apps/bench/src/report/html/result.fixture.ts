import type { Ratio, Round } from '../../method/ratio.ts';
import type { BenchResult, ScenarioResult, Series } from '../result.ts';
import { hostileScenario, hostileText } from './hostile-scenario.fixture.ts';

function ratio(median: number): Ratio {
  return { median, low: median * 0.94, high: median * 1.09, roundCount: 6 };
}

function rounds(ours: number, other: number): readonly Round[] {
  return [0.97, 1.04, 0.99, 1.01, 0.96, 1.09].map((share) => ({ ours: ours * share, other }));
}

function tail(name: string, ms: number): Series {
  const growth = [1, 1.2, 1.6, 2.1, 4, 9, 22, 31];
  const percentiles = [50, 75, 90, 95, 99, 99.9, 99.99, 100];
  return {
    name,
    points: percentiles.map((percentile, index) => [percentile, ms * (growth[index] ?? 1)]),
  };
}

const checks = { callCount: 182_340, wrongCount: 0, failedCount: 0, examples: [] };

const warmCall: ScenarioResult = {
  scenario: 'warm-call',
  seconds: 44.8,
  comparisons: [
    {
      what: 'latency p50 alone',
      unit: 'ms',
      ours: { name: 'ours', median: 0.0812 },
      other: { name: 'bare Piscina and isolated-vm, warm', median: 0.0688 },
      ratio: ratio(1.18),
      rounds: rounds(0.0812, 0.0688),
      loop: 'closed',
      target: 'warmP50',
    },
    {
      what: 'latency p50 at 60 % load',
      unit: 'ms',
      ours: { name: 'ours', median: 0.214 },
      other: { name: 'bare Piscina and isolated-vm, warm', median: 0.131 },
      ratio: ratio(1.63),
      rounds: rounds(0.214, 0.131),
      loop: 'open',
    },
    {
      what: 'throughput',
      unit: 'calls/s',
      ours: { name: 'ours', median: 18_204 },
      other: { name: 'bare Piscina and isolated-vm, warm', median: 24_310 },
      ratio: ratio(0.749),
      rounds: rounds(18_204, 24_310),
      loop: 'closed',
      target: 'warmThroughput',
    },
  ],
  findings: [],
  figures: [
    {
      title: 'Latency of a warm call',
      kind: 'lines',
      x: { label: 'percentile', scale: 'percentile' },
      y: { label: 'ms', scale: 'log' },
      series: [tail('ours', 0.214), tail('bare Piscina and isolated-vm, warm', 0.131)],
    },
    {
      title: 'Throughput by callers at once',
      kind: 'lines',
      x: { label: 'callers', scale: 'linear' },
      y: { label: 'calls/s', scale: 'linear' },
      series: [
        {
          name: 'bare Piscina and isolated-vm, warm',
          points: [1, 2, 4, 8, 16, 32].map((count) => [count, 24_310 * (1 - 0.6 ** count)]),
        },
        {
          name: 'ours',
          points: [1, 2, 4, 8, 16, 32].map((count) => [count, 18_204 * (1 - 0.55 ** count)]),
        },
      ],
    },
  ],
  checks,
  omitted: [],
};

const noisyNeighbour: ScenarioResult = {
  scenario: 'noisy-neighbour',
  seconds: 61.2,
  comparisons: [
    {
      what: 'latency p99 of others',
      unit: 'ms',
      ours: { name: 'beside a neighbour that floods the pool with all it has', median: 8.21 },
      other: { name: 'alone', median: 3.02 },
      ratio: ratio(2.72),
      rounds: rounds(8.21, 3.02),
      loop: 'open',
      target: 'noisyP99',
    },
  ],
  findings: [
    { what: 'share of all slots that the flooding tenant got', unit: '%', value: 24.9 },
    { what: 'growth of memory', unit: 'KiB/1,000 calls', value: 0.42, target: 'memorySlope' },
    { what: 'a value that could not be measured', unit: 'ms', value: NaN },
  ],
  figures: [
    {
      title: 'Calls answered by tenant',
      kind: 'bars',
      x: { label: 'tenant', scale: 'linear' },
      y: { label: 'calls', scale: 'linear' },
      series: [
        {
          name: 'ours',
          points: Array.from({ length: 12 }, (_, tenant) => [
            tenant + 1,
            1_000 + ((tenant * 37) % 50),
          ]),
        },
        {
          name: 'without fair share',
          points: Array.from({ length: 12 }, (_, tenant) => [
            tenant + 1,
            tenant === 0 ? 11_000 : 92 + tenant,
          ]),
        },
      ],
    },
    {
      title: 'Memory over time',
      kind: 'lines',
      x: { label: 's', scale: 'linear' },
      y: { label: 'MiB', scale: 'linear' },
      series: [
        {
          name: 'resident set',
          points: Array.from({ length: 240 }, (_, second) => [
            second,
            180 + 12 * Math.sin(second / 9) + second / 40,
          ]),
        },
      ],
    },
    {
      title: 'Time by payload',
      kind: 'lines',
      x: { label: 'bytes', scale: 'log' },
      y: { label: 'ms', scale: 'log' },
      series: [
        'ours',
        'ours, process',
        'structured clone',
        'JSON',
        'quickjs-emscripten',
        'secure-exec',
        'tinypool',
        'workerd',
        'node:vm',
      ].map((name, index) => ({
        name,
        points: [1e3, 1e4, 1e5, 1e6, 1e7].map((bytes) => [
          bytes,
          (0.05 + bytes / 4e5) * (1 + index / 3),
        ]),
      })),
    },
  ],
  checks: {
    callCount: 96_112,
    wrongCount: 3,
    failedCount: 12,
    examples: [
      'WrongAnswer: expected 17, got 18',
      'ERR_SBX_QUEUE_FULL: at most 1000 jobs wait, 1001 came',
    ],
  },
  omitted: ['workerd over loopback HTTP: not installed'],
};

/** A run in which all there is happened: promises kept, broken and not measured, wrong answers, a scenario that ended early, names that attack. */
export const everything: BenchResult = {
  formatVersion: 1,
  machine: {
    cpu: 'AMD EPYC 7763 64-Core Processor',
    cores: '2',
    memory: '7.8 GiB',
    system: 'Linux 6.8.0',
    node: '26.10.0',
    v8: '14.2.231',
    'isolated-vm': '7.0.1',
    piscina: '5.3.2',
  },
  seed: 20_261_122,
  isQuick: true,
  startedAt: '2026-11-22T13:00:00.000Z',
  scenarios: [warmCall, noisyNeighbour, hostileScenario],
  broken: [
    { scenario: 'soak', reason: `it ended before its result (SIGSEGV): ${hostileText}` },
    {
      scenario: 'durable',
      reason: 'Error: pg-boss answered no call',
      checks: { callCount: 40, wrongCount: 1, failedCount: 0, examples: [hostileText] },
    },
  ],
};
