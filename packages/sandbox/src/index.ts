export type { Engine, EngineOptions } from './engine/engine.ts';
export type { GuestIsolate, IsolateState } from './engine/guest-isolate.ts';
export type { GuestRealm } from './engine/guest-realm.ts';
export { GuestJob } from './job/guest-job.ts';
export type { GuestJobOptions, GuestUsage, Settlement } from './job/job-options.ts';
export type { CallGuest, HostCall, HostCallHandler } from './job/host-call-desk.ts';
export { loadProgram } from './job/load-program.ts';
export type { KitSettings } from './kit/kit-types.ts';
export { type PreparedProgram, hashProgram, prepareProgram } from './program/prepare-program.ts';
