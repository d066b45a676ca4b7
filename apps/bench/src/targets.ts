/** A promise about a number: a ratio of two lanes, or a finding. */
export interface Target {
  readonly says: string;
  readonly atMost?: number;
  readonly atLeast?: number;
  /** What stands behind its number: `x` for a ratio. */
  readonly unit?: string;
  /** The scenario that measures it, or `all`. */
  readonly measuredBy: string;
}

/** Name of a target. */
export type TargetName =
  | 'warmP50'
  | 'warmThroughput'
  | 'freshP50'
  | 'freshThroughput'
  | 'carriedP50'
  | 'workerHostCall'
  | 'ownHostCall'
  | 'processP50'
  | 'processThroughput'
  | 'noisyP99'
  | 'idleIsolateBytes'
  | 'mismatches'
  | 'memorySlope';

/** What the pool promises. `--check` fails where one of them falls short. */
export const targets: Readonly<Record<TargetName, Target>> = {
  warmP50: {
    says: 'warm call, p50 alone and at 60 % load, against a bare isolate',
    atMost: 1.25,
    unit: 'x',
    measuredBy: 'warm-call',
  },
  warmThroughput: {
    says: 'warm calls a second against a bare isolate',
    atLeast: 0.85,
    unit: 'x',
    measuredBy: 'warm-call',
  },
  freshP50: {
    says: 'fresh realm per job, p50 against making one for each call, below 70 % load',
    atMost: 0.5,
    unit: 'x',
    measuredBy: 'fresh-realm',
  },
  freshThroughput: {
    says: 'fresh realms a second against making one for each call',
    atLeast: 0.9,
    unit: 'x',
    measuredBy: 'fresh-realm',
  },
  carriedP50: {
    says: 'carrying five variables, p50 of a call alone against none',
    atMost: 1.03,
    unit: 'x',
    measuredBy: 'carriage',
  },
  workerHostCall: {
    says: 'host call in the worker against a bare Reference.apply',
    atMost: 1.15,
    unit: 'x',
    measuredBy: 'host-call-worker',
  },
  ownHostCall: {
    says: 'host call in the submitting thread against a port round trip and a bare Reference.apply',
    atMost: 1.5,
    unit: 'x',
    measuredBy: 'host-call-here',
  },
  processP50: {
    says: 'containment by process, p50 of a call alone and at 60 % load, against thread',
    atMost: 2,
    unit: 'x',
    measuredBy: 'containment',
  },
  processThroughput: {
    says: 'containment by process, calls a second against thread',
    atLeast: 0.8,
    unit: 'x',
    measuredBy: 'containment',
  },
  noisyP99: {
    says: 'p99 of others beside a noisy neighbour against alone',
    atMost: 3,
    unit: 'x',
    measuredBy: 'noisy-neighbour',
  },
  idleIsolateBytes: {
    says: 'memory of an idle warm isolate against a raw one',
    atMost: 1.3,
    unit: 'x',
    measuredBy: 'many-tenants',
  },
  mismatches: { says: 'contexts that were not the call’s', atMost: 0, measuredBy: 'all' },
  memorySlope: {
    says: 'growth of memory over the soak beyond its noise',
    atMost: 0,
    measuredBy: 'soak',
  },
};

/** Whether a number keeps a promise. */
export function isMet(name: TargetName, value: number): boolean {
  const { atMost = Infinity, atLeast = -Infinity }: Target = targets[name];
  return value <= atMost && value >= atLeast;
}
