export { CodeCache } from './isolate/code-cache.ts';
export {
  GuestIsolate,
  type GuestIsolateOptions,
  type IsolateState,
} from './isolate/guest-isolate.ts';
export type { GuestRealm } from './isolate/guest-realm.ts';
export { TurnGate } from './isolate/turn-gate.ts';
export { GuestJob } from './job/guest-job.ts';
export type { GuestJobOptions, GuestUsage, Settlement } from './job/job-options.ts';
export type { CallGuest, HostCall, HostCallHandler } from './job/host-call-desk.ts';
export { loadProgram } from './job/load-program.ts';
export type { KitSettings } from './kit/kit-types.ts';
export { type PreparedProgram, hashProgram, prepareProgram } from './program/prepare-program.ts';
