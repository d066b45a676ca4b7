import { describe, expect, test } from 'vitest';
import { databaseKinds, freshTenant, startReady, useOffice } from '../queue-office.fixture.ts';
import { type NewHistoryEntry, appendHistory } from './write-history.ts';

const source = 'export default () => 1';

describe.each(databaseKinds)('on the %s database', (kind) => {
  const office = useOffice(kind);

  const running = async (): Promise<string> => {
    const { job } = await office().submit({ tenant: freshTenant(), source });
    await startReady(office());
    return job.id;
  };

  const line = (jobId: string, text: string, attempt?: number): NewHistoryEntry => ({
    jobId,
    attempt,
    kind: 'log',
    facts: { attempt: attempt ?? 1, seq: 0, level: 'log', text },
  });

  type Row = { readonly seq: number; readonly kind: string; readonly text: string };
  const historyOf = (jobId: string): Promise<readonly Row[]> => {
    const select = `SELECT seq, kind, facts::json->>'text' AS text FROM waybill.history WHERE job_id = $1 ORDER BY seq`;
    return office().database.query<Row>(select, [jobId]);
  };

  test('entries stand in the order given, one after the other, with those of other jobs between them', async () => {
    const [one, two] = [await running(), await running()];
    const entries = ['a', 'b', 'c'].flatMap((text) => [line(one, text), line(two, text)]);
    await appendHistory(office().database, entries);
    for (const id of [one, two]) {
      const texts = (await historyOf(id)).map(({ seq, kind: of, text }) => [seq, of, text]);
      expect(texts).toEqual([
        [1, 'queued', null],
        [2, 'started', null],
        [3, 'log', 'a'],
        [4, 'log', 'b'],
        [5, 'log', 'c'],
      ]);
    }
  });

  test('writers at once make no gap, and one whose attempt is over writes nothing', async () => {
    const id = await running();
    const writers = Array.from({ length: 20 }, (_, index) => {
      const attempt = index % 2 === 0 ? 1 : 2;
      const entries = [1, 2, 3].map((at) => line(id, `${attempt}/${index}/${at}`, attempt));
      return appendHistory(office().database, entries);
    });
    await Promise.all(writers);
    const rows = await historyOf(id);
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 32 }, (_, index) => index + 1));
    expect(rows.slice(2).every(({ text }) => text.startsWith('1/'))).toBe(true);
  });

  test('entries that name no time get that of the database', async () => {
    const id = await running();
    await appendHistory(office().database, [{ ...line(id, 'a'), atMs: 86_400_000 }, line(id, 'b')]);
    const select =
      'SELECT at > now() - interval \'1 minute\' AS "isNow" FROM waybill.history WHERE job_id = $1 ORDER BY seq';
    const rows = await office().database.query<{ readonly isNow: boolean }>(select, [id]);
    expect(rows.slice(2)).toEqual([{ isNow: false }, { isNow: true }]);
  });
});
