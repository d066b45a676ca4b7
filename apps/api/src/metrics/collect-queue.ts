import { Gauge, type Registry } from 'prom-client';
import type { MetricSources } from './create-metrics.ts';
import { oneAtATime } from '../one-at-a-time.ts';

/** Shows how many durable jobs there are, in all processes. */
export function collectQueue(registers: Registry[], { queue }: Pick<MetricSources, 'queue'>): void {
  // That the database does not answer is a number, too. What is not known then is not shown as it was.
  const read = oneAtATime(() => queue.counts().catch(() => undefined));
  const up: Gauge = new Gauge({
    registers,
    name: 'waybill_database_up',
    help: 'Whether the database answered: 1 or 0',
    collect: async () => up.set((await read()) === undefined ? 0 : 1),
  });
  const oldest: Gauge = new Gauge({
    registers,
    name: 'waybill_durable_oldest_ready_seconds',
    help: 'How long the oldest durable job that is ready has waited',
    collect: async () => {
      const counts = await read();
      oldest.set(counts === undefined ? Number.NaN : counts.oldestReadyMs / 1_000);
    },
  });
  const jobs: Gauge<'state'> = new Gauge({
    registers,
    name: 'waybill_durable_jobs',
    help: 'Durable jobs that are not settled, of all processes',
    labelNames: ['state'],
    collect: async () => {
      const counts = await read();
      jobs.reset();
      if (counts === undefined) return;
      jobs.set({ state: 'queued' }, counts.queuedCount);
      jobs.set({ state: 'running' }, counts.runningCount);
    },
  });
}
