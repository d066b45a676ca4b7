import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import type { Orchestrator, OrchestratorStats, WaybillEvents } from '@waybill/orchestrator';
import type { QueueCounts } from '@waybill/queue';
import { createMetrics } from './create-metrics.ts';

const stats: OrchestratorStats = {
  queuedCount: 3,
  openCount: 5,
  escalationCounts: { interrupt: 0, dispose: 0, wedge: 0, kill: 0 },
  rerunCount: 1,
  lostProcessCount: 2,
  quarantinedCount: 0,
  pool: { slotCount: 16, leasedCount: 4, processes: [], threads: [] },
};

function start(counts: () => Promise<QueueCounts>) {
  const emitter = new EventEmitter();
  const emit = <Name extends keyof WaybillEvents>(name: Name, event: WaybillEvents[Name]) =>
    void emitter.emit(name, event);
  const on: Orchestrator['on'] = (name, listener) => {
    emitter.on(name, listener);
    return () => void emitter.off(name, listener);
  };
  const executor = { slots: 8, runningCount: 2, settledCount: 7, retriedCount: 1, lostCount: 0 };
  const metrics = createMetrics({
    orchestrator: { on, stats: async () => stats },
    queue: { counts },
    executor: () => ({ stats: () => executor }),
  });
  return { metrics, emit, emitter };
}

const bill = {
  queueMs: 1,
  wallMs: 2,
  cpuMs: 500,
  heapBytes: 0,
  hostCalls: 0,
  hostWaitMs: 0,
  logBytes: 0,
};
const who = { jobId: 'j', tenant: 'acme' };
const counts = { queuedCount: 11, runningCount: 2, oldestReadyMs: 1_500 };

test('jobs, calls, requests, streams and queues are shown, and no tenant', async () => {
  const { metrics, emit } = start(async () => counts);
  using _ = metrics;
  emit('job:settled', { ...who, ok: true, bill });
  emit('job:settled', { ...who, ok: false, code: 'ERR_WAYBILL_GUEST_THREW', bill });
  emit('host:called', { ...who, name: 'users.get', side: 'worker', ok: false, tookMs: 1 });
  emit('job:escalated', { ...who, step: 'kill' });
  metrics.countRequest({ method: 'POST', route: '/v1/run', status: 200, tookMs: 12 });
  metrics.openStream();
  const end = metrics.openStream();
  end();
  end();
  const text = await metrics.text();
  for (const line of [
    'waybill_jobs_total{code="ok"} 1',
    'waybill_jobs_total{code="ERR_WAYBILL_GUEST_THREW"} 1',
    'waybill_guest_cpu_seconds_total 1',
    'waybill_host_calls_total{side="worker",ok="false"} 1',
    'waybill_escalations_total{step="kill"} 1',
    'waybill_http_request_duration_seconds_count{method="POST",route="/v1/run",status="200"} 1',
    'waybill_http_event_streams 1',
    'waybill_durable_jobs{state="queued"} 11',
    'waybill_durable_oldest_ready_seconds 1.5',
    'waybill_database_up 1',
    'waybill_executor_slots 8',
    'waybill_executor_attempts{end="settled"} 7',
    'waybill_jobs_waiting 3',
    'waybill_pool_slots 16',
    'waybill_pool_lost_processes 2',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(text).not.toContain('acme');
});

test('while the database is away that is shown, and no old numbers', async () => {
  let isUp = true;
  const { metrics } = start(async () => {
    if (isUp) return counts;
    throw new Error('away');
  });
  using _ = metrics;
  expect(await metrics.text()).toContain('waybill_durable_jobs{state="queued"} 11');
  isUp = false;
  const text = await metrics.text();
  expect(text).toContain('waybill_database_up 0');
  expect(text).not.toContain('waybill_durable_jobs{');
});

test('after it was disposed it hears nothing any more', () => {
  const { metrics, emitter } = start(async () => counts);
  metrics[Symbol.dispose]();
  expect(emitter.eventNames()).toEqual([]);
});
