export { deferred, type Deferred } from './deferred.ts';
export { heapAfterGc } from './heap-after-gc.ts';
export { leakCheck, type LeakCheck } from './leak-check.ts';
export { startPostgres, type PostgresOptions, type PostgresServer } from './postgres-server.ts';
export { runNode, type RunNodeOptions, type RunNodeResult } from './run-node.ts';
export { seededRandom, type SeededRandom } from './seeded-random.ts';
export { until, type UntilOptions } from './until.ts';
