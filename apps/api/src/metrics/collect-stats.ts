import { Gauge, type Registry } from 'prom-client';
import type { OrchestratorStats } from '@waybill/orchestrator';
import type { MetricSources } from './create-metrics.ts';
import { oneAtATime } from '../one-at-a-time.ts';

interface Reading {
  readonly name: string;
  readonly help: string;
  readonly read: (stats: OrchestratorStats) => number;
}

const readings: readonly Reading[] = [
  {
    name: 'waybill_jobs_waiting',
    help: 'Jobs that wait for a place in the pool',
    read: ({ queuedCount }) => queuedCount,
  },
  {
    name: 'waybill_jobs_open',
    help: 'Jobs that are admitted and not settled',
    read: ({ openCount }) => openCount,
  },
  {
    name: 'waybill_job_reruns',
    help: 'Attempts that were lost and after which their jobs ran again, since the start',
    read: ({ rerunCount }) => rerunCount,
  },
  {
    name: 'waybill_pool_lost_processes',
    help: 'Pool processes that ended without having been closed, since the start',
    read: ({ lostProcessCount }) => lostProcessCount,
  },
  {
    name: 'waybill_quarantined_programs',
    help: 'Programs that are refused because of what they cost',
    read: ({ quarantinedCount }) => quarantinedCount,
  },
  {
    name: 'waybill_pool_slots',
    help: 'Places for attempts',
    read: ({ pool }) => pool.slotCount,
  },
  {
    name: 'waybill_pool_leased_slots',
    help: 'Places that are taken',
    read: ({ pool }) => pool.leasedCount,
  },
  {
    name: 'waybill_pool_processes',
    help: 'Pool processes',
    read: ({ pool }) => pool.processes.length,
  },
  {
    name: 'waybill_pool_threads',
    help: 'Pool threads that answer',
    read: ({ pool }) => pool.threads.length,
  },
];

/** Shows what the orchestrator says of itself when it is asked. */
export function collectStats(
  registers: Registry[],
  { orchestrator }: Pick<MetricSources, 'orchestrator'>,
): void {
  const stats = oneAtATime(() => orchestrator.stats());
  for (const { name, help, read } of readings) {
    const gauge: Gauge = new Gauge({
      registers,
      name,
      help,
      collect: async () => gauge.set(read(await stats())),
    });
  }
}
