import { availableParallelism } from 'node:os';
import { type HostFunction, type Settings, type SettingsSpec, makeError } from '@waybill/protocol';
import { describe, parseSettings, refusal } from '@waybill/protocol/parse';

/** What an orchestrator is made with. */
export interface OrchestratorOptions extends SettingsSpec {
  /**
   * Functions that guests may call and that run here, in the submitting thread, in the exact async context of the
   * submitter. Dots in a name make namespaces: `'users.get'` is `host.users.get` for the guest.
   *
   * @defaultValue none
   */
  readonly hostFunctions?: Readonly<Record<string, HostFunction>>;
  /**
   * Module whose exported functions guests may call and that run in the pool threads, with the carried variables
   * rebound. Its default export, if that is an object of functions, otherwise its named exports.
   *
   * @defaultValue none
   */
  readonly workerHostFunctions?: URL | string;
}

/** The options, checked, every default filled in. */
export interface CheckedOptions {
  readonly settings: Settings;
  readonly hostFunctions: ReadonlyMap<string, HostFunction>;
  readonly hostModuleUrl: string | undefined;
}

const namePattern = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*$/;

// Promises, JSON and classes look for members of these names on everything they meet.
const takenNames = new Set(['then', 'toJSON', 'constructor', 'prototype', '__proto__']);

function refuse(path: string, expected: string, got: unknown): never {
  const subject = { name: 'options', code: 'ERR_WAYBILL_INVALID_OPTIONS' } as const;
  throw refusal(subject, [{ path, expected, got: describe(got) }]);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Checks the names of all host functions together, wherever they run.
 *
 * @throws `ERR_WAYBILL_INVALID_OPTIONS` for a name that is none, or that is a namespace of another;
 *   `ERR_WAYBILL_DUPLICATE_NAME` for a name that is there twice
 */
export function checkHostFunctionNames(here: readonly string[], workers: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of [...here, ...workers]) {
    const parts = name.split('.');
    if (!namePattern.test(name)) {
      const expected = 'identifiers of ASCII letters, digits, _ and $ with dots between them';
      refuse(`hostFunctions.${name}`, expected, name);
    }
    if (parts.some((part) => takenNames.has(part))) {
      refuse(`hostFunctions.${name}`, `no part named ${[...takenNames].join(', ')}`, name);
    }
    if (seen.has(name)) {
      const words = `host function ${name} is given both here and in workerHostFunctions`;
      throw makeError('ERR_WAYBILL_DUPLICATE_NAME', words, { details: { name } });
    }
    seen.add(name);
  }
  for (const name of seen) {
    const parts = name.split('.');
    for (let depth = 1; depth < parts.length; depth++) {
      const namespace = parts.slice(0, depth).join('.');
      if (seen.has(namespace)) {
        const expected = `no function where ${name} needs a namespace`;
        refuse(`hostFunctions.${namespace}`, expected, namespace);
      }
    }
  }
}

function checkHostFunctions(given: unknown): ReadonlyMap<string, HostFunction> {
  const found = new Map<string, HostFunction>();
  if (given === undefined) return found;
  if (!isRecord(given)) refuse('hostFunctions', 'an object of functions', given);
  for (const [name, fn] of Object.entries(given)) {
    if (typeof fn !== 'function') refuse(`hostFunctions.${name}`, 'a function', fn);
    found.set(name, fn as HostFunction);
  }
  checkHostFunctionNames([...found.keys()], []);
  return found;
}

function checkModuleUrl(given: unknown): string | undefined {
  if (given === undefined) return undefined;
  const expected = 'a URL, as of new URL("./file.js", import.meta.url)';
  if (given instanceof URL) return given.href;
  if (typeof given !== 'string' || !URL.canParse(given))
    refuse('workerHostFunctions', expected, given);
  return given;
}

/**
 * Checks the options of `createOrchestrator`.
 *
 * @throws `ERR_WAYBILL_INVALID_OPTIONS` that names each wrong option
 */
export function checkOptions(options: OrchestratorOptions): CheckedOptions {
  if (!isRecord(options)) refuse('options', 'an object', options);
  const { hostFunctions, workerHostFunctions, ...plain } = options;
  return {
    settings: parseSettings(plain, { defaultThreads: availableParallelism() - 1 }),
    hostFunctions: checkHostFunctions(hostFunctions),
    hostModuleUrl: checkModuleUrl(workerHostFunctions),
  };
}
