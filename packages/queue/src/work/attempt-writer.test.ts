import { makeError } from '@waybill/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import type { Database, Queryable } from '../database/database.ts';
import { databaseKinds, freshTenant, useOffice } from '../queue-office.fixture.ts';
import type { QueueOffice } from '../queue-office.ts';
import { clear, execute, fine, historyOf, jobOf, makeRunner, reached } from './executor.fixture.ts';
import { returnJobs } from './return-jobs.ts';

const source = 'export default () => 1';
const line = (text: string) => ({ seq: 0, level: 'info', text }) as const;

describe.each(databaseKinds)('what attempts say on the %s database', (kind) => {
  const office = useOffice(kind);
  afterEach(() => clear(office()));

  test('an attempt that lost its lease adds nothing beside the next one of its job in the same executor', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    const { job } = await office().submit({ tenant, source });
    await using _ = await execute(office(), runner.run);
    const first = await runner.next();
    await returnJobs(office(), [first.attempt], 'lost');
    const second = await runner.next();
    first.attempt.note('log', line('of the first'));
    second.attempt.note('log', line('of the second'));
    await reached(office(), job.id, 'log');
    first.attempt.note('log', line('of the first'));
    second.end.resolve({ ok: true, value: 'valid' });
    await reached(office(), job.id);
    const kept = await jobOf(office(), tenant, job.id);
    expect(kept).toMatchObject({ state: 'succeeded', outcome: { value: 'valid' } });
    const logs = (await historyOf(office(), job.id)).filter((entry) => entry.kind === 'log');
    expect(logs.map(({ facts }) => facts)).toEqual([{ attempt: 2, ...line('of the second') }]);
  });

  /** An office to which the answer to each commit of an attempt's `word` is lost. */
  function deafOffice(word: string): QueueOffice {
    const { database } = office();
    const deaf: Database = {
      ...database,
      listen: (...args) => database.listen(...args),
      query: (...args) => database.query(...args),
      script: (...args) => database.script(...args),
      async transaction(work) {
        const seen: string[] = [];
        const watched = (queryable: Queryable): Queryable => ({
          script: (text) => queryable.script(text),
          query(text, values) {
            seen.push(String(values?.[0]));
            return queryable.query(text, values);
          },
        });
        const result = await database.transaction((transaction) =>
          work({ ...watched(transaction), last: watched(transaction.last) }),
        );
        const isLost = seen.some((text) => text.includes(word));
        if (isLost && lostCount < 2) {
          lostCount += 1;
          throw makeError('ERR_WAYBILL_DATABASE_UNAVAILABLE', 'in a test');
        }
        return result;
      },
    };
    let lostCount = 0;
    return { ...office(), database: deaf };
  }

  test.each(['succeeds', 'fails'])(
    'a note stands once where the answer to its commit was lost and its attempt %s',
    async (end) => {
      const runner = makeRunner();
      await using _ = await execute(deafOffice('note-one'), runner.run);
      const { job } = await office().submit({ tenant: freshTenant(), source });
      const held = await runner.next();
      held.attempt.note('log', line('note-one'));
      await reached(office(), job.id, 'log');
      held.attempt.note('log', line('two'));
      const error = makeError('ERR_WAYBILL_GUEST_THREW', 'in a test');
      held.end.resolve(end === 'succeeds' ? fine : { ok: false, error });
      await reached(office(), job.id);
      const history = await historyOf(office(), job.id);
      const kinds = history.map((entry) => entry.kind);
      expect(kinds).toEqual(['queued', 'started', 'log', 'log', 'settled']);
      expect(history[3]?.facts).toMatchObject({ text: 'two' });
    },
  );
});
