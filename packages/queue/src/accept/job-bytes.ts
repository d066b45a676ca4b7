import { type LimitOverrides, type Limits, defaultLimits } from '@waybill/protocol';
import type { Issue } from '@waybill/protocol/parse';

/** The limits of a job that says nothing, in a queue whose jobs may have so many bytes. */
export function baseLimits(maxJobBytes: number = Number.POSITIVE_INFINITY): Limits {
  const sourceBytes = Math.min(defaultLimits.sourceBytes, maxJobBytes);
  const inputBytes = Math.min(defaultLimits.inputBytes, maxJobBytes);
  return { ...defaultLimits, sourceBytes, inputBytes };
}

/** Finds the limits that ask for more bytes than the queue takes. */
export function tooManyBytes(
  limits: LimitOverrides,
  maxJobBytes: number = Number.POSITIVE_INFINITY,
): Issue[] {
  return (['sourceBytes', 'inputBytes'] as const).flatMap((name) => {
    const asked = limits[name] ?? 0;
    if (asked <= maxJobBytes) return [];
    return [{ path: `limits.${name}`, expected: `at most ${maxJobBytes}`, got: `${asked}` }];
  });
}
