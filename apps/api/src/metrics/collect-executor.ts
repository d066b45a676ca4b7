import { Gauge, type Registry } from 'prom-client';
import type { MetricSources } from './create-metrics.ts';

/** Shows what the executor of this process does. */
export function collectExecutor(
  registers: Registry[],
  { executor }: Pick<MetricSources, 'executor'>,
): void {
  const slots: Gauge = new Gauge({
    registers,
    name: 'waybill_executor_slots',
    help: 'Durable jobs that this process runs at once',
    collect: () => slots.set(executor()?.stats().slots ?? 0),
  });
  const running: Gauge = new Gauge({
    registers,
    name: 'waybill_executor_running',
    help: 'Durable jobs that this process runs now',
    collect: () => running.set(executor()?.stats().runningCount ?? 0),
  });
  const attempts: Gauge<'end'> = new Gauge({
    registers,
    name: 'waybill_executor_attempts',
    help: 'Attempts of this process since the start, by how they ended',
    labelNames: ['end'],
    collect: () => {
      const stats = executor()?.stats();
      if (stats === undefined) return;
      attempts.set({ end: 'settled' }, stats.settledCount);
      attempts.set({ end: 'retried' }, stats.retriedCount);
      attempts.set({ end: 'lost' }, stats.lostCount);
    },
  });
}
