import { ContextSnapshot } from '@waybill/context';
import { formatTraceParent, traceContext } from '@waybill/context/w3c';
import {
  type JobSpec,
  type LimitOverrides,
  type Limits,
  type PackContext,
  type Parcel,
  type ParsedJob,
  type StoredFunction,
  makeError,
  packValue,
  parcelByteLength,
  parcelLimits,
  resolveLimits,
  tooLargeError,
} from '@waybill/protocol';
import { v7 as makeId } from 'uuid';
import type { FunctionStore } from '../job-queue.ts';
import type { Origin, QueueOffice } from '../queue-office.ts';
import { parcelToText } from '../tables/parcel-text.ts';
import { specToText } from '../tables/stored-spec.ts';
import type { NewJob } from './new-job.ts';
import { baseLimits } from './job-bytes.ts';
import { type ParsedDurableJob, parseDurableSpec } from './parse-durable-spec.ts';
import { hashRequest } from './request-hash.ts';

/** What a submission is prepared with. */
export type PrepareOffice = Pick<QueueOffice, 'settings' | 'seal' | 'functions'>;

/**
 * Checks a submission and takes all that it needs from its submitter: the context as it is now, the version of its function, the
 * input, which must not change before this resolves.
 *
 * @throws what `JobQueue.submit` says of specs, functions, inputs and contexts
 */
export async function prepareJob(
  { settings, seal, functions }: PrepareOffice,
  spec: unknown,
  { schedule, ownKey }: Origin = {},
): Promise<NewJob> {
  const parsed = parseDurableSpec(spec, settings.maxJobBytes);
  const { tenant, target, priority } = parsed.job;
  const wire = ContextSnapshot.capture().toWire('queue');
  const trace = traceContext.get();
  const called = await resolveFunctions(functions, parsed);
  const input = packInput(parsed.job, limitsOf(parsed.job, called, settings.maxJobBytes));
  const stored = {
    job: orchestratorSpec(parsed.job),
    retry: parsed.retry,
    deadLetter: parsed.deadLetter,
  };
  const { version, startAfterMs, keepSeconds, idempotencyKey = ownKey } = parsed;
  const id = makeId();
  const work = {
    spec: specToText(stored),
    input: parcelToText(input),
    functionName: target.kind === 'function' ? target.name : undefined,
    functionVersion: called?.version,
  };
  return {
    id,
    tenant,
    ...work,
    priority,
    startAfterMs,
    scheduleName: schedule,
    context: seal.close(wire, { jobId: id, tenant, work }),
    submittedTrace: trace && formatTraceParent(trace),
    idempotencyKey,
    // The version that was asked for and not the one that was found: to ask again after a deployment is to ask the same.
    requestHash: idempotencyKey && hashRequest([stored, version, startAfterMs, keepSeconds], input),
    keepSeconds,
  };
}

async function resolveFunctions(
  functions: FunctionStore,
  { job: { tenant, target }, version, deadLetter }: ParsedDurableJob,
): Promise<StoredFunction | undefined> {
  if (deadLetter !== undefined) await findFunction(functions, tenant, { name: deadLetter });
  return target.kind === 'function'
    ? findFunction(functions, tenant, { name: target.name, version })
    : undefined;
}

async function findFunction(
  functions: FunctionStore,
  tenant: string,
  { name, version }: { readonly name: string; readonly version?: number | undefined },
): Promise<StoredFunction> {
  const found = await functions.find(tenant, name, version);
  if (found !== undefined) return found;
  const which = version === undefined ? '' : ` in version ${version}`;
  const words = `tenant ${tenant} has no function ${name}${which}`;
  throw makeError('ERR_WAYBILL_FUNCTION_NOT_FOUND', words, {
    details: { tenant, function: name, ...(version !== undefined && { version }) },
  });
}

function orchestratorSpec(job: ParsedJob): Omit<JobSpec, 'id' | 'tenant' | 'input'> {
  const { target, limits, reuse, trail, priority, rerunnable } = job;
  const common = { limits, reuse, trail, priority, rerunnable };
  if (target.kind === 'function') return { function: target.name, ...common };
  const { source, sourceType, modules } = target.program;
  return { source, sourceType, modules: Object.fromEntries(modules), ...common };
}

function limitsOf(
  job: ParsedJob,
  called: StoredFunction | undefined,
  maxJobBytes = Number.POSITIVE_INFINITY,
): Limits {
  const byFunction: LimitOverrides = called?.spec.limits ?? {};
  const limits = resolveLimits(resolveLimits(baseLimits(maxJobBytes), byFunction), job.limits);
  return { ...limits, inputBytes: Math.min(limits.inputBytes, maxJobBytes) };
}

const inputContext: PackContext = {
  what: 'the input',
  limit: 'inputBytes',
  codes: { tooLarge: 'ERR_WAYBILL_PAYLOAD_TOO_LARGE', notCarriable: 'ERR_WAYBILL_NOT_CARRIABLE' },
};

function packInput({ input }: ParsedJob, limits: Limits): Parcel {
  const packed = packValue(input, parcelLimits(limits, limits.inputBytes), inputContext);
  const gotBytes = parcelByteLength(packed);
  if (gotBytes <= limits.inputBytes) return packed;
  throw tooLargeError(inputContext, limits.inputBytes, gotBytes);
}
