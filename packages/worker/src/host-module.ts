import { type HostFunction, makeError } from '@waybill/protocol';

/** The host functions that live in a pool thread, by name. */
export type WorkerHostFunctions = ReadonlyMap<string, HostFunction>;

/**
 * Loads the operator's module of host functions: its default export if that is an object of functions, otherwise its
 * named exports that are functions.
 *
 * @throws a `HostError` `ERR_WAYBILL_HOST_MODULE_FAILED` where it cannot be loaded or offers no function
 */
export async function loadHostModule(url: string | undefined): Promise<WorkerHostFunctions> {
  if (url === undefined) return new Map();
  const found = new Map<string, HostFunction>();
  let module: Record<string, unknown>;
  try {
    module = (await import(url)) as Record<string, unknown>;
  } catch (cause) {
    throw makeError(
      'ERR_WAYBILL_HOST_MODULE_FAILED',
      `workerHostFunctions could not be loaded: ${url}`,
      {
        cause,
      },
    );
  }
  const fromDefault = module['default'];
  const isObject = typeof fromDefault === 'object' && fromDefault !== null;
  for (const [name, fn] of Object.entries(isObject ? fromDefault : module)) {
    // A function that is the default export has no name to call it by.
    const isNamed = isObject || name !== 'default';
    if (isNamed && typeof fn === 'function') found.set(name, fn as HostFunction);
  }
  if (found.size > 0) return found;
  const words = `workerHostFunctions must export functions, by name or in an object by default: ${url}`;
  throw makeError('ERR_WAYBILL_HOST_MODULE_FAILED', words);
}
