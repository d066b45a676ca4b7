import { randomUUID } from 'node:crypto';
import { makeError } from '@waybill/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Queryable } from '../database/database.ts';
import { useOffice } from '../queue-office.fixture.ts';
import { clear } from './executor.fixture.ts';
import { Heartbeat } from './heartbeat.ts';
import { defaultTimings } from './timings.ts';

const office = useOffice('embedded');
// Real timers: the test ends before any of them. Time passes where the test says so.
let nowMs = 0;
beforeEach(() => void vi.spyOn(performance, 'now').mockImplementation(() => nowMs));
afterEach(async () => {
  vi.restoreAllMocks();
  await clear(office());
});

const isListed = async (name: string): Promise<boolean> => {
  const rows = await office().database.query('SELECT FROM waybill.executor WHERE name = $1', [
    name,
  ]);
  return rows.length > 0;
};

/** Another executor, whose last sign of life is old. */
async function silentOne(): Promise<string> {
  const name = `silent-${randomUUID()}`;
  await office().database.query(
    `INSERT INTO waybill.executor (id, name, slots, seen_at) VALUES (gen_random_uuid(), $1, 1, now() - interval '1 minute')`,
    [name],
  );
  return name;
}

function makeHeartbeat(): { readonly heartbeat: Heartbeat; isAway: boolean } {
  const { database } = office();
  const made = { heartbeat: undefined as unknown as Heartbeat, isAway: false };
  const query: Queryable['query'] = (text, values) =>
    made.isAway
      ? Promise.reject(makeError('ERR_WAYBILL_DATABASE_UNAVAILABLE', 'in a test'))
      : database.query(text, values);
  made.heartbeat = new Heartbeat({
    office: { ...office(), database: { ...database, query } },
    identity: { id: randomUUID(), name: 'own', slots: 1 },
    timings: defaultTimings,
    running: new Map(),
    leaseTick: () => 0,
    onLost: () => {},
  });
  return made;
}

test('after an outage the others get their time to be heard again before they are given up', async () => {
  const made = makeHeartbeat();
  await made.heartbeat.beat();
  made.isAway = true;
  await made.heartbeat.beat();
  made.isAway = false;
  const other = await silentOne();
  await made.heartbeat.beat();
  nowMs += defaultTimings.heartbeatMs;
  await made.heartbeat.beat();
  expect(await isListed(other)).toBe(true);
  for (let beat = 0; beat < 6; beat += 1) {
    nowMs += defaultTimings.heartbeatMs;
    await made.heartbeat.beat();
  }
  expect(await isListed(other)).toBe(false);
  await made.heartbeat.stop();
});

test('an executor that was late itself gives up nobody, and one that begins does at once', async () => {
  const { heartbeat } = makeHeartbeat();
  const first = await silentOne();
  await heartbeat.beat();
  expect(await isListed(first)).toBe(false);
  const other = await silentOne();
  // As after the machine slept.
  nowMs += defaultTimings.lostAfterMs;
  await heartbeat.beat();
  expect(await isListed(other)).toBe(true);
  await heartbeat.stop();
});
