import { type Meter, ProxyTracer, type Tracer, createNoopMeter, metrics } from '@opentelemetry/api';
import { guarded } from './guarded.ts';
import { type JobRecord, LiveRecord, silentRecord } from './job-record.ts';
import { JobSpans } from './job-spans.ts';
import { type JobMetrics, makeJobMetrics } from './metrics.ts';
import { waybillTracer } from './trace-link.ts';

/**
 * Tells whatever is registered with the OpenTelemetry API what becomes of jobs. Whether anything is, is asked once, when this is
 * made: where nothing is, no job is slower for it.
 */
export class Telemetry {
  readonly #tracer: Tracer = waybillTracer();
  readonly #metrics: JobMetrics;
  readonly #isHeard: boolean;

  constructor() {
    const meter = metrics.getMeter('@waybill/orchestrator');
    this.#metrics = makeJobMetrics(meter);
    this.#isHeard = isRegistered(this.#tracer, meter);
  }

  /** Begins the record of a job that is submitted here and now. */
  follow(): JobRecord {
    if (!this.#isHeard) return silentRecord;
    const spans = guarded(() => JobSpans.start(this.#tracer));
    return new LiveRecord(this.#metrics, spans);
  }
}

// What the API gives where nothing is registered: a stand-in for the tracer that may come, and a meter that does nothing.
function isRegistered(tracer: Tracer, meter: Meter): boolean {
  return !(tracer instanceof ProxyTracer) || meter !== createNoopMeter();
}
