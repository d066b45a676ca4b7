export { openRealmBridge } from './bridge/realm-bridge.ts';
export type { InnerPromise, RealmBridge } from './bridge/realm-bridge.ts';
export type { RealmBridgeOptions } from './bridge/bridge-options.ts';
export type { DrainEnd } from './bridge/drain-scheduler.ts';
export type { ImportHook, LoadModule } from './bridge/import-hook.ts';
export { openRealmEngine } from './engine/realm-engine.ts';
export type { RealmEngineOptions } from './engine/realm-engine.ts';
