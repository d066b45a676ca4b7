export { createPool } from './create-pool.ts';
export type { Pool, PoolLease, PoolStats } from './pool.ts';
export type { AttemptHost, PoolListener, PoolOptions } from './pool-options.ts';
