import type { Limits } from '@waybill/protocol';
import type { JobSettings } from '../kit/kit-types.ts';

/** What the kit must know of a job. The host counts bytes; the kit counts characters, which are never more. */
export function jobSettings(
  limits: Limits,
  context: JobSettings['context'],
  trail: boolean,
): JobSettings {
  const { resultBytes, hostCallBytes, logBytes, depth } = limits;
  const { hostCalls, concurrentHostCalls, timers, logLines } = limits;
  const maxChars = { result: resultBytes, hostCall: hostCallBytes, log: logBytes };
  return {
    maxChars,
    maxDepth: depth,
    hostCalls,
    concurrentHostCalls,
    timers,
    logLines,
    context,
    trail,
  };
}
