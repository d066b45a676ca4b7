import { afterEach, expect, test } from 'vitest';
import type { Database } from '../database/database.ts';
import { freshTenant, useOffice } from '../queue-office.fixture.ts';
import type { QueueOffice } from '../queue-office.ts';
import { clear, execute, historyOf, jobOf, makeRunner, reached } from './executor.fixture.ts';

const source = 'export default () => 1';

const office = useOffice('embedded');
afterEach(() => clear(office()));

/** An office whose database answers with an SQLSTATE to transactions that write the word. */
function refusingOffice(word: string, code: string): QueueOffice {
  const { database } = office();
  const refusing: Database = {
    ...database,
    listen: (...args) => database.listen(...args),
    query: (...args) => database.query(...args),
    script: (...args) => database.script(...args),
    transaction: (work) =>
      database.transaction((transaction) =>
        work({
          script: (text) => transaction.script(text),
          query(text, values) {
            const isRefused = text.includes('UPDATE') && String(values?.[0]).includes(word);
            if (isRefused) throw Object.assign(new Error('in a test'), { code });
            return transaction.query(text, values);
          },
          last: transaction.last,
        }),
      ),
  };
  return { ...office(), database: refusing };
}

test('a result that the database has no memory for is a result that is too large, and holds up no other', async () => {
  const runner = makeRunner();
  const tenant = freshTenant();
  await using _ = await execute(refusingOffice('enormous', '53200'), runner.run);
  const [large, small] = await Promise.all(
    [1, 2].map(async () => (await office().submit({ tenant, source })).job),
  );
  if (!large || !small) throw new Error('expected two jobs');
  const held = [await runner.next(), await runner.next()];
  for (const { attempt, end } of held) {
    end.resolve({ ok: true, value: attempt.jobId === large.id ? 'enormous' : 'small' });
  }
  await Promise.all([reached(office(), large.id), reached(office(), small.id)]);
  expect(await jobOf(office(), tenant, small.id)).toMatchObject({ state: 'succeeded' });
  expect(await jobOf(office(), tenant, large.id)).toMatchObject({
    state: 'failed',
    attemptCount: 1,
    outcome: { ok: false, error: { code: 'ERR_WAYBILL_GUEST_RESULT_TOO_LARGE' } },
  });
  const kinds = (await historyOf(office(), large.id)).map(({ kind }) => kind);
  expect(kinds).toEqual(['queued', 'started', 'settled']);
  expect(office().errors.splice(0)).toMatchObject([{ code: '53200' }]);
});

test('an end that fails for ever with what should pass holds up no other for long, and is told of', async () => {
  const runner = makeRunner();
  const tenant = freshTenant();
  await using _ = await execute(refusingOffice('cursed', '53400'), runner.run);
  const jobs = await Promise.all(
    Array.from({ length: 5 }, async () => (await office().submit({ tenant, source })).job),
  );
  const [cursed, ...others] = jobs;
  for (let count = 0; count < jobs.length; count += 1) {
    const { attempt, end } = await runner.next();
    end.resolve({ ok: true, value: attempt.jobId === cursed?.id ? 'cursed' : 'fine' });
  }
  await Promise.all(others.map(({ id }) => reached(office(), id)));
  const { job: later } = await office().submit({ tenant, source });
  const { end } = await runner.next();
  end.resolve({ ok: true, value: 'fine' });
  await reached(office(), later.id);
  expect(await jobOf(office(), tenant, cursed?.id ?? '')).toMatchObject({ state: 'running' });
  expect(office().errors.splice(0)).toContainEqual(expect.objectContaining({ code: '53400' }));
});
