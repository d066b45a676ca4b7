import type { Ajv, ValidateFunction } from 'ajv';
import { JobContext } from '@waybill/context';
import { type HostFunction, makeError } from '@waybill/protocol';
import { toIssues } from '../validation/issues.ts';
import type { JsonSchema } from '../validation/json-schema.ts';
import { compileSchema, createValidator } from '../validation/validator.ts';
import { holdsSecret } from './holds-secret.ts';
import { redactError } from './redact-error.ts';
import { type SecretVault, secretVaultHere } from './secret-vault.ts';

/** What a host function gets beside the guest's arguments. */
export interface HostCall {
  /**
   * Gives a secret that the configuration names.
   *
   * @throws `ERR_WAYBILL_INVALID_CONFIG` where there is none of this name, or it cannot be read
   */
  readonly secret: (name: string) => string;
  /** Aborts when the job that called has ended. */
  readonly signal: AbortSignal;
  /** Id of the job that called; with `:` and the number of the attempt behind it, if it is a durable one. */
  readonly jobId: string;
}

/** One host function of an operator. */
export interface HostFunctionSpec {
  /** For people. */
  readonly description?: string;
  /** JSON Schema of each argument; with it, a call with more arguments is refused. @defaultValue none: nothing is checked */
  readonly input?: readonly JsonSchema[];
  /** JSON Schema of the result. @defaultValue none: nothing is checked */
  readonly output?: JsonSchema;
  /** Runs in the async context of the job that called. What it throws reaches the guest by name, message and code only. */
  readonly handler: (call: HostCall, ...args: never[]) => unknown;
}

/**
 * Makes host functions that check what guests pass and what they get, and that can ask for secrets. A module exports what this
 * gives as its default, and is named by `hostFunctions` or `workerHostFunctions` of the configuration.
 *
 * No secret that was asked for leaves in a result or in an error as the text that it is; what a handler makes of it, such as
 * its base64 form, is the handler's to keep.
 *
 * @throws Error for a schema that is none
 *
 * @example
 * ```ts
 * export default defineHostFunctions({
 *   'users.get': {
 *     input: [{ type: 'string', maxLength: 100 }],
 *     handler: async ({ secret, signal }, id: string) => {
 *       const headers = { authorization: `Bearer ${secret('USERS_TOKEN')}` };
 *       const reply = await fetch(`https://users.example/${encodeURIComponent(id)}`, { headers, signal });
 *       return reply.json();
 *     },
 *   },
 * });
 * ```
 */
export function defineHostFunctions(
  specs: Readonly<Record<string, HostFunctionSpec>>,
  vault: SecretVault = secretVaultHere(),
): Readonly<Record<string, HostFunction>> {
  const ajv = createValidator({ allErrors: true });
  const functions = Object.entries(specs).map(
    ([name, spec]) => [name, guard(name, spec, { ajv, vault })] as const,
  );
  return Object.freeze(Object.fromEntries(functions));
}

interface Tools {
  readonly ajv: Ajv;
  readonly vault: SecretVault;
}

function guard(name: string, spec: HostFunctionSpec, { ajv, vault }: Tools): HostFunction {
  const { input, output, handler } = spec;
  const checkInput = input?.map((schema) => compileSchema(ajv, schema));
  const checkOutput = output === undefined ? undefined : compileSchema(ajv, output);
  return async (...args: never[]): Promise<unknown> => {
    try {
      if (checkInput !== undefined) checkArguments(name, args, checkInput);
      const result: unknown = await handler(callHere(vault), ...args);
      if (checkOutput !== undefined) checkResult(name, result, checkOutput);
      refuseSecrets(name, result, vault);
      return result;
    } catch (error) {
      throw redactError(error, vault);
    }
  };
}

function callHere(vault: SecretVault): HostCall {
  const job = JobContext.current();
  return {
    secret: vault.get,
    // Called by somebody else than a guest, in a test for example, it belongs to no job.
    signal: job?.signal ?? new AbortController().signal,
    jobId: job?.jobId ?? '',
  };
}

function checkArguments(
  name: string,
  args: readonly unknown[],
  checks: readonly ValidateFunction[],
): void {
  if (args.length > checks.length) {
    const words = `host.${name}: expected at most ${checks.length} arguments, got ${args.length}`;
    throw makeError('ERR_WAYBILL_HOST_ARGUMENT_INVALID', words, { details: { name } });
  }
  for (const [index, check] of checks.entries()) {
    if (check(args[index])) continue;
    const issues = toIssues(check.errors ?? [], 'it');
    const [{ path, expected, got } = { path: 'it', expected: 'another value', got: 'this one' }] =
      issues;
    const where = path === 'it' ? '' : ` ${path}`;
    const words = `host.${name}, argument ${index + 1}:${where} expected ${expected}, got ${got}`;
    const details = { name, argument: index + 1, issues };
    throw makeError('ERR_WAYBILL_HOST_ARGUMENT_INVALID', words, { details });
  }
}

function checkResult(name: string, result: unknown, check: ValidateFunction): void {
  if (check(result)) return;
  // What came is the host's, and none of the guest's business.
  const places = toIssues(check.errors ?? [], 'it').map(({ path, expected }) => ({
    path,
    expected,
  }));
  const words = `the result of host.${name} is not as its schema says`;
  throw makeError('ERR_WAYBILL_HOST_RESULT_INVALID', words, { details: { name, issues: places } });
}

function refuseSecrets(name: string, result: unknown, vault: SecretVault): void {
  if (!holdsSecret(result, vault)) return;
  const words = `the result of host.${name} holds a secret`;
  throw makeError('ERR_WAYBILL_HOST_RESULT_INVALID', words, { details: { name } });
}
