import type { JobResource } from '@waybill/protocol/http';
import { seededRandom } from '@waybill/testkit';

/** A kind of job of the load: what is submitted, and how it must end. */
interface Kind {
  readonly source: string;
  readonly retry?: { limit: number; of: 'retryable' | 'any'; delaySeconds: number };
  readonly state: JobResource['state'];
  /** Whether the guest asks a host function which context it is called in. */
  readonly marks: boolean;
}

const marks = '[input.label, ...(await host.proof.mark(input.label))]';

const kinds = {
  echoes: {
    source: 'export default ({ label, request, tenant }) => [label, request, tenant]',
    state: 'succeeded',
    marks: false,
  },
  calls: {
    source: `export default async (input, { host }) => ${marks}`,
    state: 'succeeded',
    marks: true,
  },
  callsAway: {
    source: `export default async (input, { host }) =>
      [input.label, ...(await host.proof.away(input.label))]`,
    state: 'succeeded',
    marks: true,
  },
  waits: {
    source: `export default async (input, { host }) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return ${marks};
    }`,
    state: 'succeeded',
    marks: true,
  },
  fails: {
    source: 'export default ({ label }) => { throw new Error(label); }',
    retry: { limit: 1, of: 'any', delaySeconds: 0 },
    state: 'failed',
    marks: false,
  },
  isCancelled: {
    source: 'export default () => "was not to run"',
    state: 'cancelled',
    marks: false,
  },
} as const satisfies Record<string, Kind>;

/** Name of a kind. */
export type KindName = keyof typeof kinds;

/** More of those that do something. */
const kindNames: readonly KindName[] = [
  'echoes',
  'calls',
  'callsAway',
  'waits',
  'waits',
  'fails',
  'isCancelled',
];

/** One job of the load. Its label is also the id of the request that submits it and its idempotency key. */
export interface LoadJob {
  readonly label: string;
  readonly tenant: string;
  readonly kind: KindName;
  readonly traceId: string;
}

/** Makes the jobs of a load, one after the other. The same seed gives the same ones. */
export function* makeJobs(seed: number, jobCount = Infinity): Generator<LoadJob, undefined> {
  const random = seededRandom(seed);
  for (let number = 0; number < jobCount; number++) {
    const kind = random.pick(kindNames);
    const traceId = (number + 1).toString(16).padStart(32, 'a');
    yield { label: `load-${seed}-${number}`, tenant: `tenant-${number % 3}`, kind, traceId };
  }
}

/** Whether the host function was called for the job, if all went well. */
export function isMarked({ kind }: LoadJob): boolean {
  return kinds[kind].marks;
}

/** Body of the request that submits a job. */
export function bodyOf({ label, tenant, kind }: LoadJob): object {
  const spec: Kind = kinds[kind];
  return {
    source: spec.source,
    input: { label, request: label, tenant },
    ...(spec.retry && { retry: spec.retry }),
    ...(kind === 'isCancelled' && { startAfter: '2100-01-01T00:00:00.000Z' }),
  };
}

/** Headers of every request of a job's tenant. */
export function headersOf({ label, tenant, traceId }: LoadJob): Record<string, string> {
  return {
    'waybill-tenant': tenant,
    'x-request-id': label,
    'idempotency-key': label,
    traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
  };
}

/** What is wrong with the end of a job; nothing, as a rule. */
export function judgeEnd(job: LoadJob, { state, outcome, submittedTrace }: JobResource): string[] {
  const { label, tenant, kind } = job;
  const wrong: string[] = [];
  const expectedState = kinds[kind].state;
  if (state !== expectedState) wrong.push(`is ${state}, not ${expectedState}`);
  if (outcome?.ok === true) {
    const expected = JSON.stringify([label, label, tenant]);
    const got = JSON.stringify(outcome.value);
    if (got !== expected) wrong.push(`gave ${got}, not ${expected}`);
  } else if (kind === 'fails' && outcome?.error.details['message'] !== label) {
    wrong.push(`failed with ${JSON.stringify(outcome)}, not with its label`);
  } else if (expectedState === 'succeeded') {
    wrong.push(`ended with ${JSON.stringify(outcome)}`);
  }
  if (submittedTrace?.includes(job.traceId) !== true) {
    wrong.push(`has the trace ${submittedTrace}, not ${job.traceId}`);
  }
  return wrong.map((what) => `${label} (${kind}): ${what}`);
}
