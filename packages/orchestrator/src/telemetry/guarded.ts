import { diag } from '@opentelemetry/api';

/**
 * Tells the tracing or metrics system something. What its processors throw goes to OpenTelemetry's own log: it must not change
 * what becomes of a job.
 *
 * @returns what `tell` gives; `undefined` where it throws
 */
export function guarded<T>(tell: () => T): T | undefined {
  try {
    return tell();
  } catch (error) {
    diag.error('@waybill/orchestrator: telemetry failed', error);
    return undefined;
  }
}
