import { metrics } from '@opentelemetry/api';
import type { DurableOutcome, ErrorCode } from '@waybill/protocol';
import type { LeasedAttempt } from '@waybill/queue';
import { guarded } from './guarded.ts';
import { type AttemptMetrics, inSeconds, makeAttemptMetrics, typeOf } from './metrics.ts';

/** Counts and measures durable attempts for whatever is registered with the OpenTelemetry API when this is made. */
export class AttemptMeter {
  readonly #metrics: AttemptMetrics = makeAttemptMetrics(metrics.getMeter('@waybill/orchestrator'));

  /** Runs an attempt and gives its outcome. */
  async measure(
    { spec, waitedMs }: Pick<LeasedAttempt, 'spec' | 'waitedMs'>,
    run: () => Promise<DurableOutcome>,
  ): Promise<DurableOutcome> {
    const { ended, waitDuration, duration } = this.#metrics;
    const program = { 'waybill.program': spec.function === undefined ? 'source' : 'function' };
    guarded(() => waitDuration.record(inSeconds(waitedMs), program));
    const startedMs = performance.now();
    const outcome = await run();
    guarded(() => {
      const attributes = { ...program, ...typeOf(outcome.ok ? undefined : outcome.error.code) };
      ended.add(1, attributes);
      duration.record(inSeconds(performance.now() - startedMs), attributes);
    });
    return outcome;
  }

  /** Counts an attempt that was never run. */
  unopened(code: ErrorCode): void {
    guarded(() => this.#metrics.ended.add(1, typeOf(code)));
  }
}
