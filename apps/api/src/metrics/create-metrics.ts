import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Orchestrator } from '@waybill/orchestrator';
import type { Executor, JobQueue } from '@waybill/queue';
import { collectExecutor } from './collect-executor.ts';
import { collectQueue } from './collect-queue.ts';
import { collectStats } from './collect-stats.ts';
import { countJobs } from './count-jobs.ts';
import type { ServiceMetrics } from './service-metrics.ts';

/** Where the numbers come from. */
export interface MetricSources {
  readonly orchestrator: Pick<Orchestrator, 'on' | 'stats'>;
  readonly queue: Pick<JobQueue, 'counts'>;
  /** The one of this process, once it runs. */
  readonly executor: () => Pick<Executor, 'stats'> | undefined;
}

// From a warm function to a long job, in seconds.
const durationBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/**
 * Makes the numbers of a service, in a registry of their own. None is told apart by tenant: there are as many as there are
 * customers.
 *
 * @returns stops listening to the orchestrator when it is disposed
 */
export function createMetrics(sources: MetricSources): ServiceMetrics & Disposable {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    registers,
    name: 'waybill_http_request_duration_seconds',
    help: 'Answered requests by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: durationBuckets,
  });
  const streams = new Gauge({
    registers,
    name: 'waybill_http_event_streams',
    help: 'Open streams',
  });
  const unsubscribe = countJobs(registers, sources.orchestrator, durationBuckets);
  collectStats(registers, sources);
  collectQueue(registers, sources);
  collectExecutor(registers, sources);
  return {
    countRequest: ({ method, route, status, tookMs }) =>
      requests.observe({ method, route, status }, tookMs / 1_000),
    openStream: () => {
      streams.inc();
      let open = true;
      return () => {
        if (open) streams.dec();
        open = false;
      };
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
    [Symbol.dispose]: () => {
      unsubscribe();
      registry.clear();
    },
  };
}
