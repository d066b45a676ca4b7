export { createOrchestrator } from './orchestrator.ts';
export type { Deployment, Orchestrator, OrchestratorStats } from './orchestrator.ts';
export type { RunOptions } from './run-options.ts';
export type { WaybillListener } from './event-hub.ts';
export type { OrchestratorOptions } from './options.ts';
export type { GuestProgram, QuarantineControl, QuarantinedProgram } from './quarantine.ts';
export { isWaybillError, unwrap } from '@waybill/protocol';
export type {
  Bill,
  CrashReport,
  ErrorCode,
  EscalationStep,
  FunctionSpec,
  Hop,
  HostFunction,
  JobSpec,
  Limits,
  LogLine,
  Outcome,
  WaybillError,
  WaybillEvents,
} from '@waybill/protocol';
