import { until } from '@waybill/testkit';
import { type TestPool, openPool } from '../open-pool.fixture.ts';
import type { PoolOptions } from '../pool-options.ts';

/** A pool of processes, once its spares are up, too. */
export async function openFleet(changed: Partial<PoolOptions> = {}): Promise<TestPool> {
  const opened = await openPool({ containment: 'process', ...changed });
  const { count, spares } = changed.processes ?? { count: 1, spares: 1 };
  const startedCount = (): number =>
    opened.heard.filter((what) => what === 'process started').length;
  await until(() => startedCount() === count + spares, { limitMs: 20_000 });
  return opened;
}
