import { type ParsedJob, type RetryPolicy, defaultRetryPolicy } from '@waybill/protocol';
import { type Issue, parseJobSpec, refusal } from '@waybill/protocol/parse';
import { durableIssues } from './durable-fields.ts';
import { baseLimits, tooManyBytes } from './job-bytes.ts';

/** A durable job spec that was checked, every default filled in but the version. */
export interface ParsedDurableJob {
  readonly job: ParsedJob;
  readonly version: number | undefined;
  /** `undefined`: at once. */
  readonly startAfterMs: number | undefined;
  readonly retry: RetryPolicy;
  readonly idempotencyKey: string | undefined;
  readonly deadLetter: string | undefined;
  readonly keepSeconds: number;
}

type DurableFields = Omit<ParsedDurableJob, 'job' | 'retry' | 'keepSeconds'> & {
  readonly retry: Partial<RetryPolicy> | undefined;
  readonly keepSeconds: number | undefined;
};

const subject = { name: 'job', code: 'ERR_WAYBILL_INVALID_JOB' } as const;
const weekSeconds = 604_800;

/**
 * Checks the spec of a durable job of unknown origin. The input is passed on untouched, as `parseJobSpec` does.
 *
 * @param maxJobBytes - what source and input may take each. @defaultValue what the limits of the job say
 * @throws `ERR_WAYBILL_INVALID_JOB`, `ERR_WAYBILL_PAYLOAD_TOO_LARGE`
 */
export function parseDurableSpec(spec: unknown, maxJobBytes?: number): ParsedDurableJob {
  const { durable, rest } = split(spec);
  const job = parseJobSpec(rest, baseLimits(maxJobBytes));
  const issues = [
    ...durableIssues(durable),
    ...misplaced(job, durable),
    ...tooManyBytes(job.limits, maxJobBytes),
  ];
  if (issues.length > 0) throw refusal(subject, issues);
  const { retry = {}, keepSeconds = weekSeconds, ...fields } = durable as unknown as DurableFields;
  const given = Object.entries(retry).filter(([, value]) => value !== undefined);
  const policy = { ...defaultRetryPolicy, ...Object.fromEntries(given) };
  return { ...fields, job, keepSeconds, retry: policy };
}

interface Split {
  readonly durable: Readonly<Record<keyof DurableFields, unknown>>;
  readonly rest: unknown;
}

function split(spec: unknown): Split {
  try {
    const { version, startAfterMs, retry, idempotencyKey, deadLetter, keepSeconds, ...rest } =
      fieldsOf(spec);
    // Read once: a getter could give another value the next time.
    const policy = isObject(retry) ? { ...retry } : retry;
    return {
      durable: { version, startAfterMs, retry: policy, idempotencyKey, deadLetter, keepSeconds },
      rest: isObject(spec) ? rest : spec,
    };
  } catch (cause) {
    // A getter or a proxy in the spec threw.
    const got = 'a value that throws when it is read';
    throw refusal(subject, [{ path: 'job', expected: 'plain data', got }], cause);
  }
}

function fieldsOf(spec: unknown): Readonly<Record<string, unknown>> {
  return isObject(spec) ? (spec as Readonly<Record<string, unknown>>) : {};
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function misplaced(job: ParsedJob, { version }: Split['durable']): Issue[] {
  const issues: Issue[] = [];
  const refuse = (path: string, expected: string): void => {
    issues.push({ path, expected, got: 'a value' });
  };
  if (job.id !== undefined) refuse('id', 'nothing, because the queue gives the id');
  const isFunction = job.target.kind === 'function';
  if (!isFunction && version !== undefined) refuse('version', 'nothing beside source');
  if (isFunction && job.limits.memoryBytes !== undefined) {
    refuse('limits.memoryBytes', 'nothing, because all jobs of a function share its heap');
  }
  return issues;
}
