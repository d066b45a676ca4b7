import { afterEach, describe, expect, test } from 'vitest';
import { databaseKinds, freshTenant, useOffice } from '../queue-office.fixture.ts';
import type { QueueOffice } from '../queue-office.ts';
import { clear, execute, fine, makeRunner, reached } from './executor.fixture.ts';
import { leaseJobs } from './lease-jobs.ts';

const source = 'export default () => 1';
const taker = { id: '00000000-0000-4000-8000-000000000000', traceOf: () => '' };

describe.each(databaseKinds)(
  'a place in line without a job that waits on the %s database',
  (kind) => {
    const office = useOffice(kind);
    afterEach(() => clear(office()));

    async function makeStray(): Promise<{ tenant: string; strayId: string; jobId: string }> {
      const tenant = freshTenant();
      const { job: stray } = await office().submit({ tenant, source });
      const { job } = await office().submit({ tenant, source });
      const forge = "UPDATE waybill.job SET state = 'failed', settled_at = now() WHERE id = $1";
      await office().database.query(forge, [stray.id]);
      return { tenant, strayId: stray.id, jobId: job.id };
    }

    test('is taken out, and told', async () => {
      const { strayId, jobId } = await makeStray();
      const runner = makeRunner();
      await using _ = await execute(office(), runner.run);
      const { attempt, end } = await runner.next();
      expect(attempt.jobId).toBe(jobId);
      end.resolve(fine);
      await reached(office(), jobId);
      expect(await office().database.query('SELECT FROM pgboss.job')).toEqual([]);
      expect(String(office().errors[0])).toContain(strayId);
    });

    test('is gone with the lease that met it, and costs no job that was taken with it its attempt', async () => {
      const { strayId, jobId } = await makeStray();
      const told: unknown[] = [];
      const telling: QueueOffice = { ...office(), onError: (error) => void told.push(error) };
      const { jobs } = await leaseJobs(telling, taker, 8);
      expect(jobs.map(({ job }) => job.id)).toEqual([jobId]);
      expect(await office().database.query('SELECT id FROM pgboss.job')).toEqual([{ id: jobId }]);
      expect(told).toEqual([
        expect.objectContaining({ message: expect.stringContaining(strayId) }),
      ]);
    });
  },
);
