export { openQueue } from './open-queue.ts';
export type { QueueOptions } from './queue-options.ts';
export type {
  ExecuteOptions,
  Executor,
  ExecutorStats,
  FunctionStore,
  JobQueue,
  LeasedAttempt,
  QueueCounts,
  RunAttempt,
  ScheduleStore,
  Submitted,
} from './job-queue.ts';
export type { TenantSlots } from './engine/engine.ts';
export { openEmbedded } from './database/open-embedded.ts';
export { hasEmbedded } from './database/embedded-worker.ts';
export type { EmbeddedOptions } from './database/open-embedded.ts';
export { openPostgres } from './database/open-postgres.ts';
export type { PostgresOptions } from './database/open-postgres.ts';
export type { Database, Queryable, QueryOptions, Transaction } from './database/database.ts';
export { migrate } from './database/migrate.ts';
export type { Migration } from './schema/migrations.ts';
