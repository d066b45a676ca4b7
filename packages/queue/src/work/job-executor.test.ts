import { until } from '@waybill/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import type { Database, Queryable } from '../database/database.ts';
import { databaseKinds, freshTenant, useOffice } from '../queue-office.fixture.ts';
import type { QueueOffice } from '../queue-office.ts';
import { clear, execute, makeRunner } from './executor.fixture.ts';

const source = 'export default () => 1';

describe.each(databaseKinds)('the end of an executor on the %s database', (kind) => {
  const office = useOffice(kind);
  afterEach(() => clear(office()));

  let hungCount = 0;
  function never(): Promise<never> {
    hungCount += 1;
    return new Promise(() => {});
  }

  /** An office whose database answers nothing while `isHung()`. */
  function hangingOffice(isHung: () => boolean): QueueOffice {
    const { database } = office();
    const query: Queryable['query'] = (...args) => (isHung() ? never() : database.query(...args));
    const transaction: Database['transaction'] = (work) =>
      isHung() ? never() : database.transaction(work);
    return { ...office(), database: { ...database, query, transaction } };
  }

  test('a database that hangs does not keep it from closing, and what runs is told', async () => {
    let isHung = false;
    const runner = makeRunner();
    const executor = await execute(
      hangingOffice(() => isHung),
      runner.run,
      { heartbeatMs: 20, scheduleMs: 20, pollMs: 20 },
    );
    await office().submit({ tenant: freshTenant(), source });
    const { attempt } = await runner.next();
    isHung = true;
    // A beat, a tick and a lease.
    await until(() => hungCount >= 3);
    const beganMs = performance.now();
    await executor.close({ graceMs: 100 });
    expect(performance.now() - beganMs).toBeLessThan(2_000);
    expect(attempt.signal.reason).toMatchObject({ code: 'ERR_WAYBILL_LEASE_LOST' });
  });
});
