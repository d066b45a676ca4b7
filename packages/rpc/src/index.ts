export type {
  CallableApi,
  CallOptions,
  ExposedFunctions,
  Peer,
  SessionOptions,
  SessionPort,
} from './peer.ts';
export type { Refusal, RefusalReason } from './refusal.ts';
export { refusalReasons } from './refusal.ts';
export { openSession } from './session.ts';
