import { type AttemptMessage, defaultLimits, parcelLimits, writeParcel } from '@waybill/protocol';

let lastAttemptId = 0;

/** An attempt as it arrives in a thread: a module that gives its input back, but for what `changed` says. */
export function makeMessage(
  changed: Partial<AttemptMessage> & { readonly source?: string; readonly value?: unknown } = {},
): AttemptMessage {
  const { source = 'export default (input) => input', value, ...rest } = changed;
  const submittedMs = performance.now();
  const attemptId = ++lastAttemptId;
  return {
    attemptId,
    jobId: `job-${attemptId}`,
    tenant: 'acme',
    target: { kind: 'program', program: { source, sourceType: 'module', modules: [] } },
    input: writeParcel(value, parcelLimits(defaultLimits, defaultLimits.inputBytes)),
    limits: defaultLimits,
    reuse: 'tenant',
    context: { v: 1, entries: [] },
    guestContext: [],
    submittedMs,
    deadlineMs: submittedMs + defaultLimits.wallMs,
    trail: false,
    streamsLog: false,
    streamsHostCalls: false,
    ...rest,
  };
}
