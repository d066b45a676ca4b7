import type { OrchestratorOptions } from '@waybill/orchestrator';
import type { EngineName } from '@waybill/protocol';
import { request, tenant } from '../support/variables.ts';

/** The engines that every replayed test is for. */
export const engines = ['isolate', 'realm'] as const satisfies readonly EngineName[];

/** One thread, room for jobs that wait for jobs, and the programs of all suites in its host functions. */
export function optionsOf(engine: EngineName): OrchestratorOptions {
  const workerHostFunctions = new URL('./replay-thread.fixture.ts', import.meta.url);
  return {
    engine,
    containment: 'thread',
    threads: 1,
    attemptsPerThread: 64,
    limits: { wallMs: 20_000 },
    workerHostFunctions,
  };
}

/** Runs `fn` in a context of the test's own, in what is carried to pool threads. */
export function inOwn<R>(fn: () => R): R {
  return tenant.run('own', () => request.run({ id: 'own' }, fn));
}
