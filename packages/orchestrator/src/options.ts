import { availableParallelism } from 'node:os';
import { type HostFunction, type Settings, type SettingsSpec, makeError } from '@waybill/protocol';
import { parseSettings } from '@waybill/protocol/parse';

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

function refuse(path: string, expected: string, got: string): never {
  throw makeError('ERR_WAYBILL_INVALID_OPTIONS', `${path}: expected ${expected}, got ${got}`, {
    details: { issues: [{ path, expected, got }] },
  });
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
    if (!namePattern.test(name) || parts.some((part) => takenNames.has(part))) {
      refuse(`hostFunctions.${name}`, 'identifiers with dots between them', JSON.stringify(name));
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
        refuse(
          `hostFunctions.${namespace}`,
          `no function where ${name} needs a namespace`,
          'a function',
        );
      }
    }
  }
}

function checkHostFunctions(given: unknown): ReadonlyMap<string, HostFunction> {
  const found = new Map<string, HostFunction>();
  if (given === undefined) return found;
  if (typeof given !== 'object' || given === null)
    refuse('hostFunctions', 'an object of functions', typeof given);
  for (const [name, fn] of Object.entries(given as Record<string, unknown>)) {
    if (typeof fn !== 'function') refuse(`hostFunctions.${name}`, 'a function', typeof fn);
    found.set(name, fn as HostFunction);
  }
  checkHostFunctionNames([...found.keys()], []);
  return found;
}

function checkModuleUrl(given: unknown): string | undefined {
  if (given === undefined) return undefined;
  const expected = 'a URL, as of new URL("./file.js", import.meta.url)';
  if (given instanceof URL) return given.href;
  if (typeof given !== 'string') refuse('workerHostFunctions', expected, `a ${typeof given}`);
  if (!URL.canParse(given)) refuse('workerHostFunctions', expected, JSON.stringify(given));
  return given;
}

/**
 * Checks the options of `createOrchestrator`.
 *
 * @throws `ERR_WAYBILL_INVALID_OPTIONS` that names each wrong option
 */
export function checkOptions(options: OrchestratorOptions): CheckedOptions {
  if (typeof options !== 'object' || options === null)
    refuse('options', 'an object', typeof options);
  const { hostFunctions, workerHostFunctions, ...plain } = options;
  return {
    settings: parseSettings(plain, { defaultThreads: availableParallelism() - 1 }),
    hostFunctions: checkHostFunctions(hostFunctions),
    hostModuleUrl: checkModuleUrl(workerHostFunctions),
  };
}
