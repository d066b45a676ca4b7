import * as z from 'zod';
import {
  defaultLimits,
  limitTable,
  resolveLimits,
  type LimitOverrides,
  type Limits,
} from '../limits.ts';
import { check } from './check.ts';
import { integerField, objectField } from './fields.ts';

/** Some limits, each within the range of the table. */
export const limitsField: z.ZodType<LimitOverrides, LimitOverrides> = objectField({
  wallMs: limitField('wallMs'),
  cpuMs: limitField('cpuMs'),
  memoryBytes: limitField('memoryBytes'),
  sourceBytes: limitField('sourceBytes'),
  inputBytes: limitField('inputBytes'),
  resultBytes: limitField('resultBytes'),
  hostCallBytes: limitField('hostCallBytes'),
  hostCalls: limitField('hostCalls'),
  concurrentHostCalls: limitField('concurrentHostCalls'),
  logBytes: limitField('logBytes'),
  logLines: limitField('logLines'),
  timers: limitField('timers'),
  depth: limitField('depth'),
  jobDepth: limitField('jobDepth'),
});

function limitField(name: keyof Limits): z.ZodOptional<z.ZodType<number, number>> {
  const { min, max, unit, defends } = limitTable[name];
  return integerField(min, max, unit).meta({ description: defends }).optional();
}

/**
 * Checks some limits and lays them over a base.
 *
 * @param base - what is in force where the input says nothing. @defaultValue {@link defaultLimits}
 * @throws CallerError ERR_WAYBILL_INVALID_OPTIONS if the input has another shape or a value is out
 *   of its range
 */
export function parseLimits(input: unknown, base: Limits = defaultLimits): Limits {
  const subject = { name: 'limits', code: 'ERR_WAYBILL_INVALID_OPTIONS' } as const;
  return resolveLimits(base, check(limitsField, input, subject));
}
