import { expect, test } from 'vitest';
import { valueOf } from '../open-pool.fixture.ts';
import { openFleet } from './open-fleet.fixture.ts';

const one = 'export default () => 1';

test('an attempt that must run alone gets a process where nothing else runs, until its place is given back', async () => {
  await using opened = await openFleet();
  const shared = opened.lease();
  const alone = opened.lease('acme', true);
  expect(alone.processId).not.toBe(shared.processId);
  // The only spare is taken, and the serving process is nobody's own.
  expect(opened.pool.lease('globex', true)).toBeUndefined();
  expect(opened.lease('globex').processId).toBe(shared.processId);
  expect(valueOf(await opened.run(alone, one))).toBe(1);
  expect(opened.lease('globex', true).processId).toBe(alone.processId);
});

test('a spare in which an attempt runs alone is not made to serve others', async () => {
  await using opened = await openFleet();
  const alone = opened.lease('acme', true);
  const serving = opened.lease();
  const lost = opened.hears('process lost outside');
  process.kill(serving.processId, 'SIGKILL');
  await lost;
  expect(opened.pool.lease('globex')).toBeUndefined();
  alone.release();
  expect(opened.lease('globex').processId).toBe(alone.processId);
});

test('where tenants do not share processes, one that served a tenant is replaced before it serves another', async () => {
  await using opened = await openFleet({ isolation: 'tenant-process' });
  const [first, second] = [opened.lease('acme'), opened.lease('acme')];
  expect(second.processId).toBe(first.processId);
  first.release();
  // Something of the tenant runs there still.
  expect(opened.pool.lease('globex')).toBeUndefined();
  second.release();
  const left = opened.hears('process left');
  const other = opened.lease('globex');
  expect(other.processId).not.toBe(first.processId);
  expect(valueOf(await opened.run(other, one, { tenant: 'globex' }))).toBe(1);
  await left;
});

test('where tenants do not share processes, each has one of its own as long as there are enough', async () => {
  const processes = { count: 2, spares: 1, maxRssBytes: 2 ** 31, crashLog: undefined };
  await using opened = await openFleet({ isolation: 'tenant-process', processes });
  const [acme, globex] = [opened.lease('acme'), opened.lease('globex')];
  expect(acme.processId).not.toBe(globex.processId);
  expect(opened.lease('globex').processId).toBe(globex.processId);
  // A spare in which a tenant ran alone is of no use to another.
  const left = opened.hears('process left');
  opened.lease('initech', true).release();
  await left;
});
