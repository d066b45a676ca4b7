import {
  type DurableOutcome,
  type LogLine,
  type Outcome,
  type WaybillError,
  isWaybillError,
  toWaybillError,
} from '@waybill/protocol';
import type { ExecuteOptions, LeasedAttempt, RunAttempt } from '@waybill/queue';
import type { Orchestrator } from '../orchestrator.ts';
import { AttemptMeter } from '../telemetry/attempt-meter.ts';
import { AttemptSpans } from '../telemetry/attempt-spans.ts';
import type { FunctionShelf } from './function-shelf.ts';
import { HostCallNotes } from './host-call-notes.ts';

/** How an executor runs durable jobs in an orchestrator: options of `queue.execute`. */
export interface DurableRunner {
  /** Runs one attempt; never rejects. */
  readonly run: RunAttempt;
  /** Starts the span of an attempt, which {@link DurableRunner.run} ends, and gives its `traceparent`. */
  readonly traceOf: NonNullable<ExecuteOptions['traceOf']>;
  /** Ends the span of an attempt that is not run, and counts the attempt. */
  readonly onUnopened: NonNullable<ExecuteOptions['onUnopened']>;
}

/**
 * Makes what runs the attempts of durable jobs: in the context that was stored with the job, for the tenant that the queue
 * names, whatever that context says, and with log lines, host calls and hops written into the job's history. Holds nothing
 * while no attempt runs.
 *
 * @example
 * ```ts
 * const shelf = createFunctionShelf(orchestrator, queue.functions);
 * await queue.execute({ slots: 16, ...createDurableRunner(orchestrator, shelf) });
 * ```
 */
export function createDurableRunner(
  orchestrator: Pick<Orchestrator, 'run' | 'on'>,
  shelf: Pick<FunctionShelf, 'run'>,
): DurableRunner {
  const spans = new AttemptSpans();
  const meter = new AttemptMeter();
  const hostCalls = new HostCallNotes(orchestrator);

  const start = (attempt: LeasedAttempt, id: string): Promise<Outcome> => {
    const { spec, tenant, version, signal } = attempt;
    const sinceMs = Date.now();
    const onLog = ({ seq, level, text, atMs }: LogLine): void =>
      attempt.note('log', { seq, level, text }, Math.round(sinceMs + atMs));
    const options = { signal, onLog };
    const { function: name, ...job } = spec;
    if (name === undefined) return orchestrator.run({ ...job, tenant, id }, options);
    return shelf.run({ tenant, name, version }, { ...job, id }, options);
  };
  const settle = async (attempt: LeasedAttempt): Promise<DurableOutcome> => {
    // A later attempt at the job is another one for the orchestrator: this one may not have ended by then.
    const id = `${attempt.jobId}:${attempt.attempt}`;
    using _ = hostCalls.follow(id, attempt);
    const sinceMs = Date.now();
    try {
      const outcome = await start(attempt, id);
      for (const hop of outcome.trail ?? []) {
        attempt.note('hop', { hop }, Math.round(sinceMs + hop.atMs));
      }
      return durableOutcome(outcome, attempt.signal);
    } catch (error) {
      return { ok: false, error: reasonOf(toWaybillError(error), attempt.signal) };
    }
  };
  return {
    traceOf: (attempt) => spans.begin(attempt),
    onUnopened: (attempt, { code }) => {
      spans.drop(attempt, code);
      meter.unopened(code);
    },
    run: (attempt) =>
      attempt.context.run(() =>
        spans.run(attempt, () => meter.measure(attempt, () => settle(attempt))),
      ),
  };
}

function durableOutcome(outcome: Outcome, signal: AbortSignal): DurableOutcome {
  const { bill, escalation } = outcome;
  const how = { bill, ...(escalation === undefined ? {} : { escalation }) };
  if (outcome.ok) return { ok: true, value: outcome.value, ...how };
  return { ok: false, error: reasonOf(outcome.error, signal), ...how };
}

// That it was cancelled is what the orchestrator knows; whoever did it said why.
function reasonOf(error: WaybillError, { aborted, reason }: AbortSignal): WaybillError {
  const isAborted = aborted && error.code === 'ERR_WAYBILL_CANCELLED';
  return isAborted && isWaybillError(reason) ? reason : error;
}
