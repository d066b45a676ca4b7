export { createPool } from './create-pool.ts';
export type { Pool, PoolLease, PoolStats, ProcessStats } from './pool.ts';
export type {
  AttemptHost,
  LossKind,
  PoolListener,
  PoolOptions,
  ProcessLoss,
} from './pool-options.ts';
