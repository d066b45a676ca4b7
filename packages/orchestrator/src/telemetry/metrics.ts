import {
  type Counter,
  type Histogram,
  type Meter,
  type MetricOptions,
  type UpDownCounter,
} from '@opentelemetry/api';
import type { ErrorCode } from '@waybill/protocol';

/** What is counted and measured of the jobs of this process. Durations are in seconds, as OpenTelemetry has them. */
export interface JobMetrics {
  readonly settled: Counter;
  readonly refused: Counter;
  readonly open: UpDownCounter;
  readonly running: UpDownCounter;
  readonly queueDuration: Histogram;
  readonly runDuration: Histogram;
  readonly cpuTime: Histogram;
  readonly hostCalls: Counter;
  readonly hostCallDuration: Histogram;
}

/** What is counted and measured of the attempts at durable jobs that this process makes. */
export interface AttemptMetrics {
  readonly ended: Counter;
  readonly waitDuration: Histogram;
  readonly duration: Histogram;
}

/** Gives a duration as OpenTelemetry has it. */
export const inSeconds = (ms: number): number => ms / 1_000;

/** Gives the attribute of what failed with `code`; none of what did not. */
export const typeOf = (code: ErrorCode | undefined): { 'error.type'?: ErrorCode } =>
  code === undefined ? {} : { 'error.type': code };

// A warm job takes about a millisecond, one that runs into its limits seconds: the usual buckets begin too late for that.
const bounds = [
  0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

// Behind a backlog, or while no executor is up, a job waits for hours.
const waitBounds = [...bounds, 300, 1_800, 7_200, 43_200];

const seconds = (description: string, explicitBucketBoundaries = bounds): MetricOptions => ({
  description,
  unit: 's',
  advice: { explicitBucketBoundaries },
});

/**
 * Makes the instruments.
 *
 * None has the tenant or the job as an attribute: their number has no bound, that of the series must have one.
 */
export function makeJobMetrics(meter: Meter): JobMetrics {
  const jobs = (description: string): MetricOptions => ({ description, unit: '{job}' });
  return {
    settled: meter.createCounter('waybill.job.settled', jobs('Jobs that have their outcome')),
    refused: meter.createCounter('waybill.job.refused', jobs('Jobs that were not taken in')),
    open: meter.createUpDownCounter('waybill.job.open', jobs('Jobs that have not settled')),
    running: meter.createUpDownCounter('waybill.job.running', jobs('Jobs that a thread has')),
    queueDuration: meter.createHistogram(
      'waybill.job.queue.duration',
      seconds('From submit until a thread took the job'),
    ),
    runDuration: meter.createHistogram(
      'waybill.job.run.duration',
      seconds('From when a thread took the job until it settled'),
    ),
    cpuTime: meter.createHistogram(
      'waybill.job.cpu.time',
      seconds('Time in which the guest was computing'),
    ),
    hostCalls: meter.createCounter('waybill.job.host_calls', {
      description: 'Host calls that guests made, wherever they were served',
      unit: '{call}',
    }),
    hostCallDuration: meter.createHistogram(
      'waybill.host_call.duration',
      seconds('Host calls that were served in the submitting thread'),
    ),
  };
}

/** Makes the instruments of durable attempts; as those of jobs, without the tenant or the job as an attribute. */
export function makeAttemptMetrics(meter: Meter): AttemptMetrics {
  return {
    ended: meter.createCounter('waybill.attempt.ended', {
      description: 'Attempts at durable jobs that have ended',
      unit: '{attempt}',
    }),
    waitDuration: meter.createHistogram(
      'waybill.attempt.wait.duration',
      seconds('From when an attempt was due until an executor took it', waitBounds),
    ),
    duration: meter.createHistogram(
      'waybill.attempt.duration',
      seconds('From when an executor began an attempt until it ended'),
    ),
  };
}
