import type { Ratio, Round } from '../method/ratio.ts';
import type { TargetName } from '../targets.ts';

/** Two things that were measured by turns. */
export interface Comparison {
  /** `latency p50`, `throughput`. */
  readonly what: string;
  /** `ms`, `calls/s`, `MiB`. */
  readonly unit: string;
  /** The names of the lanes, and the medians of their rounds. */
  readonly ours: Side;
  readonly other: Side;
  readonly ratio: Ratio;
  /** What the medians and the ratio are made of, in the order in which it was measured. */
  readonly rounds: readonly Round[];
  /** Whether calls come when they come, or callers wait for their answer before they call again, or no load is behind it. */
  readonly loop: 'open' | 'closed' | 'none';
  /** The promise that the ratio is held to. Absent: it is shown for what it is. */
  readonly target?: TargetName;
}

/** One side of a comparison. */
export interface Side {
  readonly name: string;
  readonly median: number;
}

/** A line of a chart. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A chart. */
export interface Figure {
  readonly title: string;
  readonly kind: 'lines' | 'bars';
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

/** Where time went, as a tree: each frame with what it called. Times in ms, the children's within their parent's. */
export interface FlameFrame {
  readonly name: string;
  readonly totalMs: number;
  readonly children: readonly FlameFrame[];
}

/** A profile of one thread of a scenario, made with `--cpu-prof`. */
export interface Flame {
  /** Which thread of which process. */
  readonly title: string;
  readonly root: FlameFrame;
}

/** An axis of a chart. `percentile` spreads the last percent, where the tail is. */
export interface Axis {
  readonly label: string;
  readonly scale: 'linear' | 'log' | 'percentile';
}

/** A number by itself, such as a slope, held to a target that is no ratio of two lanes. */
export interface Finding {
  readonly what: string;
  readonly unit: string;
  readonly value: number;
  readonly target?: TargetName;
}

/** Whether what was measured was right. */
export interface Checks {
  readonly callCount: number;
  /** Calls that were answered, or whose host functions ran, in a context that is not theirs. */
  readonly wrongCount: number;
  /** Calls that failed in another way than they had to. */
  readonly failedCount: number;
  /** The first few of both. */
  readonly examples: readonly string[];
}

/** What came of a scenario. */
export interface ScenarioResult {
  readonly scenario: string;
  readonly seconds: number;
  readonly comparisons: readonly Comparison[];
  readonly findings: readonly Finding[];
  readonly figures: readonly Figure[];
  readonly checks: Checks;
  /** What was left out, with the reason: a peer that is not installed. */
  readonly omitted: readonly string[];
  /** Only with `--cpu-prof`. */
  readonly flames?: readonly Flame[];
}

/** A scenario that did not come to its end. */
export interface BrokenScenario {
  readonly scenario: string;
  readonly reason: string;
  /** What it had checked until then. Absent: its process did not tell any more, or its result has it. */
  readonly checks?: Checks;
}

/** What a scenario gives by itself; the rest is added by the process that it runs in. */
export type ScenarioNumbers = Omit<ScenarioResult, 'scenario' | 'seconds' | 'checks' | 'flames'>;

/** What a whole run gives, and what `--json` writes. */
export interface BenchResult {
  /** Of this form: grows when its meaning changes. */
  readonly formatVersion: 1;
  readonly machine: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly isQuick: boolean;
  readonly startedAt: string;
  readonly scenarios: readonly ScenarioResult[];
  readonly broken: readonly BrokenScenario[];
}
