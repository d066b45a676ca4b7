import { ContextSnapshot } from '@waybill/context';
import { type Pool, type PoolListener, createPool } from '@waybill/pool';
import { CrashLog } from './crash-log.ts';
import { EventHub } from './event-hub.ts';
import { FunctionRegistry } from './function-registry.ts';
import { newCounts } from './office-counts.ts';
import type { Office, OfficeState } from './office.ts';
import { type CheckedOptions, checkHostFunctionNames } from './options.ts';
import { type PoolSide, processLost } from './process-lost.ts';
import { Quarantine } from './quarantine.ts';
import { shareOf } from './tenant-share.ts';
import { Telemetry } from './telemetry/telemetry.ts';
import { TrackRecord } from './track-record.ts';
import { Turnstile } from './turnstile.ts';

/**
 * Starts the pool and puts the parts of an orchestrator together.
 *
 * @throws `ERR_WAYBILL_HOST_MODULE_FAILED`, `ERR_WAYBILL_INVALID_OPTIONS`, `ERR_WAYBILL_DUPLICATE_NAME`,
 *   `ERR_WAYBILL_PROCESS_NOT_STARTED`
 */
export async function openOffice(
  checked: CheckedOptions,
  state: () => OfficeState,
): Promise<Office> {
  const { settings, hostFunctions, hostModuleUrl } = checked;
  const { containment, isolation, processes, engine, realm } = settings;
  const { threads, attemptsPerThread, isolates } = settings;
  const functions = new FunctionRegistry(settings.limits);
  const side = await openPoolSide(checked);
  let pool: Pool | undefined;
  const turnstile = new Turnstile({
    lease: (tenant, alone) => pool?.lease(tenant, alone),
    freeCount: () => pool?.freeCount ?? 0,
    asksAlways: isolation === 'tenant-process',
    shareOf: (tenant) => shareOf(settings, tenant),
    now: () => performance.now(),
  });
  pool = await createPool({
    containment,
    isolation,
    processes,
    engine,
    realm,
    threads,
    attemptsPerThread,
    isolates,
    memoryBytes: settings.limits.memoryBytes,
    submitterFunctions: [...hostFunctions.keys()],
    hostModuleUrl,
    functionProgram: (functionKey) => functions.program(functionKey),
    listener: poolListener(side, turnstile),
  });
  try {
    checkHostFunctionNames([...hostFunctions.keys()], pool.workerFunctions);
  } catch (error) {
    await pool.close(settings.graceMs);
    throw error;
  }
  return {
    ...side,
    settings,
    hostFunctions,
    functions,
    pool,
    turnstile,
    telemetry: new Telemetry(),
    tickets: new Map(),
    state,
  };
}

async function openPoolSide({ settings }: CheckedOptions): Promise<PoolSide> {
  const { root } = ContextSnapshot;
  const events = new EventHub();
  const { crashLog: path } = settings.processes;
  return {
    root,
    events,
    attempts: new Map(),
    counts: newCounts(),
    quarantine: new Quarantine((program) => events.emit(root, 'guest:quarantined', program)),
    trackRecord: new TrackRecord(),
    crashLog: path === undefined ? undefined : await CrashLog.open(path),
  };
}

function poolListener(side: PoolSide, turnstile: Turnstile): PoolListener {
  const { root, events } = side;
  return {
    workerStarted: (thread) => events.emit(root, 'worker:started', thread),
    workerExited: (thread, expected) => events.emit(root, 'worker:exited', { ...thread, expected }),
    isolateRecycled: (thread, tenant, reason) =>
      events.emit(root, 'isolate:recycled', { ...thread, tenant, reason }),
    isolateWedged: (thread, tenant, reason) =>
      events.emit(root, 'isolate:wedged', { ...thread, tenant, reason }),
    processStarted: (processId) => events.emit(root, 'process:started', { processId }),
    processWedged: (processId, reason) =>
      events.emit(root, 'process:wedged', { processId, reason }),
    processExited: (processId, loss) => {
      const crash = loss === undefined ? {} : { crash: processLost(side, loss) };
      events.emit(root, 'process:exited', { processId, ...crash });
    },
    slotFreed: () => turnstile.serve(),
  };
}
