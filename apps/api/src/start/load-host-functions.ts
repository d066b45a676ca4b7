import { type HostFunction, makeError } from '@waybill/protocol';

/**
 * Loads the operator's module of host functions for this process: its default export if that is an object of functions, otherwise
 * its named exports that are functions. The same as for the pool threads, whose module they load themselves.
 *
 * @throws `ERR_WAYBILL_HOST_MODULE_FAILED` where it cannot be loaded or offers no function
 */
export async function loadHostFunctions(
  url: string | undefined,
): Promise<Readonly<Record<string, HostFunction>>> {
  if (url === undefined) return {};
  const module = await importModule(url);
  const { default: byDefault, ...named } = module;
  const isObject = typeof byDefault === 'object' && byDefault !== null;
  const functions = Object.entries(isObject ? byDefault : named).filter(
    ([, value]) => typeof value === 'function',
  );
  if (functions.length > 0) return Object.fromEntries(functions) as Record<string, HostFunction>;
  const words = `hostFunctions must export functions, by name or in an object by default: ${url}`;
  throw makeError('ERR_WAYBILL_HOST_MODULE_FAILED', words);
}

async function importModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const words = `hostFunctions could not be loaded: ${reason}`;
    throw makeError('ERR_WAYBILL_HOST_MODULE_FAILED', words, { details: { url }, cause });
  }
}
