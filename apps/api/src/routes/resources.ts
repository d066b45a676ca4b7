import type {
  DurableJob,
  DurableJobSummary,
  DurableOutcome,
  HistoryEntry,
  Outcome,
  Page,
  Schedule,
  StoredFunction,
} from '@waybill/protocol';
import {
  type DurableOutcomeResource,
  type FunctionResource,
  type FunctionSummary,
  type HistoryEvent,
  type JobResource,
  type JobSummary,
  type OutcomeResource,
  type ScheduleResource,
  type ScheduleSummary,
  encodeValue,
  toResultResource,
} from '@waybill/protocol/http';
import { toMoment } from './moments.ts';

/** Writes the outcome of a job that was run at once. */
export function toOutcomeResource(outcome: Outcome): OutcomeResource {
  const { jobId, tenant, logs, bill, escalation, attemptCount, trail } = outcome;
  return {
    ...toResultResource(outcome),
    jobId,
    tenant,
    logs,
    bill,
    ...(escalation !== undefined && { escalation }),
    ...(attemptCount !== undefined && { attemptCount }),
    ...(trail !== undefined && { trail }),
  };
}

/** Writes a durable job. */
export function toJobResource({ outcome, ...job }: DurableJob): JobResource {
  return {
    ...jobFacts(job),
    ...(outcome !== undefined && { outcome: toDurableOutcomeResource(outcome) }),
  };
}

/** Writes a durable job for a list. */
export function toJobSummary({ errorCode, ...job }: DurableJobSummary): JobSummary {
  return { ...jobFacts(job), ...(errorCode !== undefined && { errorCode }) };
}

function jobFacts({
  submittedAtMs,
  startAfterMs,
  startedAtMs,
  settledAtMs,
  forgottenAtMs,
  ...facts
}: Omit<DurableJob, 'outcome'>): Omit<JobResource, 'outcome'> {
  return {
    ...facts,
    submittedAt: toMoment(submittedAtMs),
    startAfter: toMoment(startAfterMs),
    ...(startedAtMs !== undefined && { startedAt: toMoment(startedAtMs) }),
    ...(settledAtMs !== undefined && { settledAt: toMoment(settledAtMs) }),
    ...(forgottenAtMs !== undefined && { forgottenAt: toMoment(forgottenAtMs) }),
  };
}

function toDurableOutcomeResource(outcome: DurableOutcome): DurableOutcomeResource {
  const { bill, escalation } = outcome;
  return {
    ...toResultResource(outcome),
    ...(bill !== undefined && { bill }),
    ...(escalation !== undefined && { escalation }),
  };
}

/** Writes an entry of a durable job's history. */
export function toHistoryEvent(entry: HistoryEntry): HistoryEvent {
  const { seq, atMs } = entry;
  const at = toMoment(atMs);
  switch (entry.kind) {
    case 'queued':
      return {
        seq,
        at,
        kind: entry.kind,
        facts: { startAfter: toMoment(entry.facts.startAfterMs) },
      };
    case 'retrying': {
      const { attempt, code, startAfterMs } = entry.facts;
      return {
        seq,
        at,
        kind: entry.kind,
        facts: { attempt, code, startAfter: toMoment(startAfterMs) },
      };
    }
    default: {
      const { atMs: _atMs, ...same } = entry;
      return { ...same, at };
    }
  }
}

/** Writes a version of a function for a list. */
export function toFunctionSummary(stored: Omit<StoredFunction, 'spec'>): FunctionSummary {
  const { tenant, name, version, hash, deployedAtMs } = stored;
  return { tenant, name, version, hash, deployedAt: toMoment(deployedAtMs) };
}

/** Writes a version of a function. */
export function toFunctionResource(stored: StoredFunction): FunctionResource {
  const { source, sourceType, modules, limits, rerunnable } = stored.spec;
  return {
    ...toFunctionSummary(stored),
    source,
    sourceType: sourceType ?? 'module',
    modules: modules ?? {},
    limits: limits ?? {},
    rerunnable: rerunnable ?? false,
  };
}

/** Writes a schedule for a list. */
export function toScheduleSummary(schedule: Schedule): ScheduleSummary {
  const { tenant, name, cron, timezone, isPaused, createdAtMs, nextAtMs, job } = schedule;
  return {
    tenant,
    name,
    cron,
    timezone,
    isPaused,
    createdAt: toMoment(createdAtMs),
    next: nextAtMs.map(toMoment),
    ...(job.function !== undefined && { function: job.function }),
  };
}

/** Writes a schedule. */
export function toScheduleResource(schedule: Schedule): ScheduleResource {
  const { input, ...job } = schedule.job;
  const { value, parcel } = encodeValue(input);
  return {
    ...toScheduleSummary(schedule),
    job: {
      ...job,
      ...(value !== undefined && { input: value }),
      ...(parcel !== undefined && { inputParcel: parcel }),
    },
  };
}

/** Writes a part of a list. */
export function toPage<From, To>(page: Page<From>, toItem: (item: From) => To): Page<To> {
  return { ...page, items: page.items.map(toItem) };
}
