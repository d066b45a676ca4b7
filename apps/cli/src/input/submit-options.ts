import type { Command } from 'commander';
import type { SubmitSpec } from '@waybill/client';
import { readJob, withJob, type JobOptions } from './job-options.ts';
import { parseDuration, parseMoment, wholeNumber } from './parse.ts';

/** What is said of a durable job. */
export interface DurableOptions extends JobOptions {
  readonly retries?: number;
  readonly retryAny?: boolean;
  readonly deadLetter?: string;
  readonly keep?: number;
}

/** What is said of a job that is submitted. */
export interface SubmitOptions extends DurableOptions {
  readonly delay?: number;
  readonly at?: number;
  readonly idempotencyKey?: string;
}

/** Adds the options of {@link DurableOptions}. */
export function withDurable(command: Command): Command {
  withJob(command)
    .option('--retries <count>', 'attempts after the first that failed', wholeNumber(0, 100))
    .option('--retry-any', 'retry what the guest throws, too')
    .option(
      '--dead-letter <function>',
      'deployed function that gets the job once it failed for good',
    )
    .option('--keep <time>', 'how long the settled job is kept, such as 7d', parseDuration);
  return command;
}

/** Adds the options of {@link SubmitOptions}. */
export function withSubmit(command: Command): Command {
  withDurable(command)
    .option('--delay <time>', 'not before this time has passed, such as 90s or 2h', parseDuration)
    .option('--at <moment>', 'not before this moment, such as 2026-11-22T10:00:00Z', parseMoment)
    .option('--idempotency-key <key>', 'the same key with the same job gives the first one again');
  return command;
}

/** A durable job as its options and its file say. @throws UsageError */
export async function readDurable(
  file: string | undefined,
  options: DurableOptions,
): Promise<SubmitSpec> {
  const { retries, retryAny, deadLetter, keep } = options;
  const isDefault = retries === undefined && !retryAny;
  return {
    ...(await readJob(file, options)),
    ...(!isDefault && {
      retry: { ...(retries !== undefined && { limit: retries }), ...(retryAny && { of: 'any' }) },
    }),
    deadLetter,
    keepSeconds: keep,
  };
}

/** A job that is submitted. @throws UsageError */
export async function readSubmit(
  file: string | undefined,
  options: SubmitOptions,
): Promise<SubmitSpec> {
  const { delay, at, idempotencyKey } = options;
  const startAfterMs = delay === undefined ? at : Date.now() + delay * 1_000;
  return { ...(await readDurable(file, options)), startAfterMs, idempotencyKey };
}
