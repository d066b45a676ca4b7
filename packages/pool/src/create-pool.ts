import { ContextSnapshot } from '@waybill/context';
import { CrewPool } from './crew-pool.ts';
import type { Pool } from './pool.ts';
import type { PoolOptions } from './pool-options.ts';
import { Fleet } from './process/fleet.ts';
import { ThreadCrew } from './thread-crew.ts';

/**
 * Starts a pool; its threads are up and have loaded their host functions when it resolves. The caller closes it.
 *
 * Processes, threads, ports and timers are made in the root context, whoever calls.
 *
 * @throws `ERR_WAYBILL_HOST_MODULE_FAILED`, `ERR_WAYBILL_PROCESS_NOT_STARTED`, or what else a thread failed to start with
 */
export function createPool(options: PoolOptions): Promise<Pool> {
  return ContextSnapshot.root.run(async () => {
    const crews = options.containment === 'thread' ? ThreadCrew : Fleet;
    return new CrewPool(options, await crews.start(options));
  });
}
