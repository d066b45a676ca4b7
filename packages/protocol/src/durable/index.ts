export { defaultRetryPolicy, durableJobStates } from './job.ts';
export type {
  DurableJob,
  DurableJobFilter,
  DurableJobSpec,
  DurableJobState,
  DurableJobSummary,
  DurableOutcome,
  Page,
  RetryPolicy,
} from './job.ts';
export { historyKinds } from './history.ts';
export type { HistoryEntry, HistoryFacts, HistoryKind } from './history.ts';
export type { StoredFunction } from './function.ts';
export type { Schedule, ScheduleSpec } from './schedule.ts';
