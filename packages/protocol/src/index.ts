export { errorCodes, isErrorCode } from './error-codes.ts';
export type { Blame, ErrorCode, ErrorCodeEntry } from './error-codes.ts';
export {
  CallerError,
  GuestError,
  HostError,
  WaybillError,
  isWaybillError,
  makeError,
} from './errors.ts';
export type { ErrorJson, ErrorOptions, ErrorStacks } from './errors.ts';
export { errorFromWire } from './error-from-wire.ts';
export { errorToWire } from './error-to-wire.ts';
export { errorWireLimits } from './error-wire.ts';
export { toWaybillError } from './to-waybill-error.ts';
export type { ErrorWire, ErrorWireLimits, JsonValue } from './error-wire.ts';
export { climb, escalationLadder } from './escalation.ts';
export type { EscalationEntry, EscalationStep, Rung } from './escalation.ts';
export type { CrashReport, CrashedJob } from './crash-report.ts';
export { waybillEventNames } from './events.ts';
export type {
  FunctionEvent,
  HostCalledEvent,
  JobEvent,
  JobSettledEvent,
  PoolThreadEvent,
  RecycleReason,
  WaybillEventName,
  WaybillEvents,
} from './events.ts';
export type {
  DeployedFunction,
  FunctionSpec,
  Job,
  JobSpec,
  JobTarget,
  ParsedJob,
  Program,
  Reuse,
  SourceType,
} from './job.ts';
export { defaultLimits, limitTable, resolveLimits } from './limits.ts';
export type { LimitEntry, LimitOverrides, Limits } from './limits.ts';
export { maxGraceMs } from './settings.ts';
export type {
  Containment,
  EngineName,
  Isolation,
  IsolateSettings,
  ProcessSettings,
  QueueSettings,
  RealmSettings,
  Settings,
  SettingsSpec,
  TenantSettings,
  TenantShare,
} from './settings.ts';
export { unwrap } from './outcome.ts';
export type { Bill, Hop, HopKind, LogLevel, LogLine, Outcome, OutcomeFacts } from './outcome.ts';
export {
  ParcelDraft,
  ParcelReader,
  ParcelWriter,
  Trail,
  captureBytes,
  captureCollections,
  captureObjects,
  capturePrimordials,
  isParcelError,
  mayHoldFunction,
  parcelByteLength,
  readParcel,
  writeParcel,
} from './parcel/index.ts';
export type {
  Parcel,
  ParcelError,
  ParcelFault,
  ParcelHooks,
  ParcelLimits,
  Primordials,
} from './parcel/index.ts';
export type {
  AttemptMessage,
  AttemptReport,
  AttemptSteps,
  AttemptTarget,
  AttemptUsage,
  ContextEntries,
  FunctionProgram,
  HostCallEnded,
  SubmitterApi,
  ThreadApi,
  ThreadStats,
} from './attempt.ts';
export { type AttemptEnvelope, openAttempt, sealAttempt } from './attempt-envelope.ts';
export { type ReportEnvelope, openReport, sealReport } from './report-envelope.ts';
export { TurnNote } from './turn-note.ts';
export { callHostFunction, packValue, parcelLimits, tooLargeError } from './host-function.ts';
export type { HostFunction, HostFunctionCall, PackContext } from './host-function.ts';
export { defaultRetryPolicy, durableJobStates, historyKinds } from './durable/index.ts';
export type {
  DurableJob,
  DurableJobFilter,
  DurableJobSpec,
  DurableJobState,
  DurableJobSummary,
  DurableOutcome,
  HistoryEntry,
  HistoryFacts,
  HistoryKind,
  Page,
  RetryPolicy,
  Schedule,
  ScheduleSpec,
  StoredFunction,
} from './durable/index.ts';
