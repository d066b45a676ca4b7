import { type DestinationStream, type Logger, destination, pino } from 'pino';
import { JobContext } from '@waybill/context';
import { traceContext } from '@waybill/context/w3c';
import { isWaybillError } from '@waybill/protocol';
import type { Config } from '../config/config.ts';
import { attemptId, requestId, tenantName } from '../context/variables.ts';
import type { SecretVault } from '../host/secret-vault.ts';

/** How a log is made. */
export interface LogOptions {
  readonly level: Config['log']['level'];
  /** Takes secrets out of each line. */
  readonly vault: Pick<SecretVault, 'redact'>;
  /** Where lines go. @defaultValue the standard error stream */
  readonly stream?: DestinationStream | undefined;
}

/**
 * Makes the log of the service: a line of JSON each, with request, tenant, job, attempt and trace of whatever code writes it, as
 * its async context says.
 */
export function createLog({ level, vault, stream }: LogOptions): Logger {
  return pino(
    {
      level,
      base: { service: 'waybill' },
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: whereWeAre,
      serializers: { err: serializeError, error: serializeError },
      redact: {
        paths: ['authorization', 'headers.authorization', '*.headers.authorization', 'token'],
        censor: '[secret]',
      },
      hooks: { streamWrite: (line) => vault.redact(line) },
    },
    // Synchronous: the last lines before the end of the process are the ones that matter.
    stream ?? destination({ dest: 2, sync: true }),
  );
}

function whereWeAre(): object {
  const attempt = attemptId.get();
  const trace = traceContext.get();
  return {
    request: requestId.get(),
    tenant: tenantName.get(),
    job: attempt?.job ?? JobContext.current()?.jobId,
    attempt: attempt?.attempt,
    trace: trace?.traceId,
    span: trace?.spanId,
  };
}

function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const known = isWaybillError(error)
    ? { code: error.code, blame: error.blame, details: error.toJSON().details }
    : { code: (error as NodeJS.ErrnoException).code };
  const cause = error.cause === undefined ? {} : { cause: serializeError(error.cause) };
  return { name: error.name, message: error.message, ...known, stack: error.stack, ...cause };
}
