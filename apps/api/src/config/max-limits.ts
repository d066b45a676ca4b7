import { type Limits, limitTable } from '@waybill/protocol';
import type { JsonSchema } from '../validation/json-schema.ts';

const MiB = 1_048_576;

/** The highest limits that requests may ask for where the operator says nothing: all there are, as each costs him something. */
const defaultMaxLimits: Limits = {
  wallMs: 900_000,
  cpuMs: 60_000,
  memoryBytes: 512 * MiB,
  sourceBytes: 16 * MiB,
  inputBytes: 64 * MiB,
  resultBytes: 64 * MiB,
  hostCallBytes: 64 * MiB,
  hostCalls: 100_000,
  concurrentHostCalls: 1_000,
  logBytes: MiB,
  logLines: 10_000,
  timers: 1_000,
  depth: 1_000,
  jobDepth: 16,
};

/** The keys of `maxLimits`: one for each limit that a job may set for itself, with the range that the limit has. */
export const maxLimitSchemas: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
  Object.entries(defaultMaxLimits).map(([name, given]: [string, number]) => {
    const { min, max } = limitTable[name as keyof Limits];
    const description = `highest limits.${name} that a request may ask for`;
    return [name, { type: 'integer', minimum: min, maximum: max, description, default: given }];
  }),
);
