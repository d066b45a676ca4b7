import type { Logger } from 'pino';
import type { Orchestrator } from '@waybill/orchestrator';

/** Writes to the log what an operator should know of the pool. @returns stops */
export function logEvents(orchestrator: Pick<Orchestrator, 'on'>, log: Logger): () => void {
  const off = [
    orchestrator.on('process:exited', ({ processId, crash }) => {
      if (crash !== undefined) log.warn({ processId, crash }, 'a pool process was lost');
    }),
    orchestrator.on('process:wedged', (facts) => log.warn(facts, 'a pool process is wedged')),
    orchestrator.on('isolate:wedged', (facts) => log.warn(facts, 'an isolate is wedged')),
    orchestrator.on('guest:quarantined', (facts) => log.warn(facts, 'a program is quarantined')),
    orchestrator.on('job:escalated', ({ jobId, step }) =>
      log.info({ jobId, step }, 'a guest did not end by itself'),
    ),
    orchestrator.on('job:rerun', ({ jobId, code }) =>
      log.info({ jobId, code }, 'a job runs again: what ran it was lost'),
    ),
  ];
  return () => {
    for (const stop of off) stop();
  };
}
