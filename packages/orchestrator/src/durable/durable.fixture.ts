import { ContextSnapshot } from '@waybill/context';
import { formatTraceParent, startTrace } from '@waybill/context/w3c';
import type { HistoryFacts, StoredFunction } from '@waybill/protocol';
import type { LeasedAttempt } from '@waybill/queue';

/** What an attempt was noted with. */
export type TestNote = {
  [Kind in 'log' | 'host-call' | 'hop']: {
    readonly kind: Kind;
    readonly facts: Omit<HistoryFacts[Kind], 'attempt'>;
    readonly atMs: number | undefined;
  };
}['log' | 'host-call' | 'hop'];

/** An attempt that keeps what it is noted with. */
export interface TestAttempt extends LeasedAttempt {
  readonly notes: TestNote[];
}

let lastNumber = 0;

/** Makes an attempt of tenant `acme` with nothing in its context. */
export function attemptOf(
  spec: LeasedAttempt['spec'],
  more: Partial<Omit<LeasedAttempt, 'spec' | 'note'>> = {},
): TestAttempt {
  const notes: TestNote[] = [];
  return {
    jobId: `job-${++lastNumber}`,
    tenant: 'acme',
    attempt: 1,
    spec,
    version: undefined,
    waitedMs: 0,
    context: ContextSnapshot.root,
    submittedTrace: undefined,
    trace: formatTraceParent(startTrace()) ?? '',
    signal: new AbortController().signal,
    ...more,
    notes,
    note: (kind, facts, atMs) => void notes.push({ kind, facts, atMs } as TestNote),
  };
}

/** Makes a version of a function of tenant `acme`. */
export function versionOf(
  name: string,
  version: number,
  spec: Partial<StoredFunction['spec']> = {},
): StoredFunction {
  const source = `export default (input) => '${name} ${version} ' + input`;
  return {
    tenant: 'acme',
    name,
    version,
    hash: `${name}${version}`,
    deployedAtMs: 0,
    spec: { name, source, ...spec },
  };
}

/** A store of functions that is a list. */
export interface TestStore {
  readonly versions: StoredFunction[];
  /** What it was asked for, as `name` or `name:version`. */
  readonly asked: string[];
  find(tenant: string, name: string, version?: number): Promise<StoredFunction | undefined>;
}

/** Makes a store; the last version of a name is the one that was deployed last. */
export function storeOf(...versions: StoredFunction[]): TestStore {
  const asked: string[] = [];
  return {
    versions,
    asked,
    find: async (tenant, name, version) => {
      asked.push(version === undefined ? name : `${name}:${version}`);
      return versions.findLast(
        (each) =>
          each.tenant === tenant &&
          each.name === name &&
          (version ?? each.version) === each.version,
      );
    },
  };
}
