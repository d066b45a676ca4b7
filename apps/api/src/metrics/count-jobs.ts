import { Counter, Histogram, type Registry } from 'prom-client';
import type { Orchestrator } from '@waybill/orchestrator';

/** Counts what becomes of jobs, by the events of the orchestrator. @returns stops */
export function countJobs(
  registers: Registry[],
  orchestrator: Pick<Orchestrator, 'on'>,
  buckets: number[],
): () => void {
  const off = [
    countSettled(registers, orchestrator, buckets),
    countCalls(registers, orchestrator),
    countEscalations(registers, orchestrator),
  ];
  return () => {
    for (const stop of off) stop();
  };
}

function countSettled(
  registers: Registry[],
  orchestrator: Pick<Orchestrator, 'on'>,
  buckets: number[],
): () => void {
  const jobs = new Counter({
    registers,
    name: 'waybill_jobs_total',
    help: 'Jobs that settled, attempts of durable ones included, by code; ok: succeeded',
    labelNames: ['code'],
  });
  const waits = new Histogram({
    registers,
    buckets,
    name: 'waybill_job_wait_seconds',
    help: 'From submit to the moment a worker took the job',
  });
  const runs = new Histogram({
    registers,
    buckets,
    name: 'waybill_job_run_seconds',
    help: 'From the moment a worker took the job until it settled',
  });
  const cpu = new Counter({
    registers,
    name: 'waybill_guest_cpu_seconds_total',
    help: 'Computing time of guests',
  });
  return orchestrator.on('job:settled', ({ code = 'ok', bill }) => {
    jobs.inc({ code });
    waits.observe(bill.queueMs / 1_000);
    runs.observe(bill.wallMs / 1_000);
    cpu.inc(bill.cpuMs / 1_000);
  });
}

function countCalls(registers: Registry[], orchestrator: Pick<Orchestrator, 'on'>): () => void {
  const calls = new Counter({
    registers,
    name: 'waybill_host_calls_total',
    // Not by name: a guest can call any.
    help: 'Host calls that ended, by the thread they ran in',
    labelNames: ['side', 'ok'],
  });
  return orchestrator.on('host:called', ({ side, ok }) => calls.inc({ side, ok: String(ok) }));
}

function countEscalations(
  registers: Registry[],
  orchestrator: Pick<Orchestrator, 'on'>,
): () => void {
  const escalations = new Counter({
    registers,
    name: 'waybill_escalations_total',
    help: 'Steps that had to be taken against guests',
    labelNames: ['step'],
  });
  return orchestrator.on('job:escalated', ({ step }) => escalations.inc({ step }));
}
