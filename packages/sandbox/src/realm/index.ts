export { openRealmBridge } from './realm-bridge.ts';
export type { InnerPromise, RealmBridge } from './realm-bridge.ts';
export type { RealmBridgeOptions } from './bridge-options.ts';
export type { DrainEnd } from './drain-scheduler.ts';
export type { ImportHook, LoadModule } from './import-hook.ts';
