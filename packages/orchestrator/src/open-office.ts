import { ContextSnapshot } from '@waybill/context';
import { type Pool, createPool } from '@waybill/pool';
import { EventHub } from './event-hub.ts';
import { FunctionRegistry } from './function-registry.ts';
import type { Office, OfficeState } from './office.ts';
import { type CheckedOptions, checkHostFunctionNames } from './options.ts';
import { Turnstile } from './turnstile.ts';

/**
 * Starts the threads and puts the parts of an orchestrator together.
 *
 * @throws `ERR_WAYBILL_HOST_MODULE_FAILED`, `ERR_WAYBILL_INVALID_OPTIONS`, `ERR_WAYBILL_DUPLICATE_NAME`
 */
export async function openOffice(
  checked: CheckedOptions,
  state: () => OfficeState,
): Promise<Office> {
  const { settings, hostFunctions, hostModuleUrl } = checked;
  const { root } = ContextSnapshot;
  const events = new EventHub();
  const functions = new FunctionRegistry(settings.limits);
  let pool: Pool | undefined;
  const turnstile = new Turnstile((tenant) => pool?.lease(tenant));
  pool = await createPool({
    threads: settings.threads,
    attemptsPerThread: settings.attemptsPerThread,
    isolates: settings.isolates,
    memoryBytes: settings.limits.memoryBytes,
    submitterFunctions: [...hostFunctions.keys()],
    hostModuleUrl,
    functionProgram: (functionKey) => functions.program(functionKey),
    listener: {
      workerStarted: (threadId) => events.emit(root, 'worker:started', { threadId }),
      workerExited: (threadId, expected) =>
        events.emit(root, 'worker:exited', { threadId, expected }),
      isolateRecycled: (threadId, tenant, reason) =>
        events.emit(root, 'isolate:recycled', { threadId, tenant, reason }),
      isolateWedged: (threadId, tenant, reason) =>
        events.emit(root, 'isolate:wedged', { threadId, tenant, reason }),
      slotFreed: () => turnstile.serve(),
    },
  });
  try {
    checkHostFunctionNames([...hostFunctions.keys()], pool.workerFunctions);
  } catch (error) {
    await pool.close(settings.graceMs);
    throw error;
  }
  return {
    settings,
    hostFunctions,
    functions,
    events,
    pool,
    turnstile,
    tickets: new Map(),
    root,
    state,
  };
}
