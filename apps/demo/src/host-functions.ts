import { setTimeout as delay } from 'node:timers/promises';
import type { HostFunction } from '@waybill/orchestrator';
import { assertContextOf } from './expectation.ts';
import type { Customer, Shop } from './shops.ts';
import { tenant } from './variables.ts';

// As long as a query takes; other jobs run meanwhile, so that contexts have every chance to be mixed up.
const QUERY_MS = 2;

/**
 * Makes the host functions that run in the submitting thread, in the exact context of the job's submitter. None of them
 * is told its tenant: each finds it in its context, as a tenant-scoped database client would.
 */
export function makeHostFunctions(
  shops: Readonly<Record<string, Shop>>,
): Readonly<Record<string, HostFunction>> {
  const shopOfTenant = async (): Promise<Shop> => {
    await delay(QUERY_MS);
    const shop = shops[tenant.get() ?? ''];
    if (shop === undefined) throw new Error(`there is no shop of ${tenant.get() ?? 'nobody'}`);
    return shop;
  };
  return {
    'prices.list': async (batch: string): Promise<Pick<Shop, 'currency' | 'prices'>> => {
      assertContextOf(batch);
      const { currency, prices } = await shopOfTenant();
      return { currency, prices };
    },
    'customers.find': async (batch: string, id: string): Promise<Customer & { id: string }> => {
      const { customers } = await shopOfTenant();
      assertContextOf(batch);
      const customer = customers[id];
      if (customer === undefined) throw new Error(`customer ${id} is not in this shop`);
      return { id, ...customer };
    },
  };
}
