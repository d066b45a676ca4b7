import type { GuestRealm } from '@waybill/sandbox';
import { deferred, until } from '@waybill/testkit';
import { expect, test, vi } from 'vitest';
import { type Bench, memoryBytes, openBench } from './bench.fixture.ts';
import { TenantRealms } from './tenant-realms.ts';

const open = (bench: Bench): TenantRealms => new TenantRealms(bench.maker, bench.shelf);

test('two jobs of a tenant get two realms of one isolate', async () => {
  await using bench = openBench();
  const realms = open(bench);
  const one = await realms.leaseShared('acme', memoryBytes);
  const two = await realms.leaseShared('acme', memoryBytes);
  expect(two.realm.isolate).toBe(one.realm.isolate);
  expect(two.realm).not.toBe(one.realm);
  one.release(false);
  two.release(false);
});

test('two tenants never share an isolate', async () => {
  await using bench = openBench();
  const realms = open(bench);
  const acme = await realms.leaseShared('acme', memoryBytes);
  const globex = await realms.leaseShared('globex', memoryBytes);
  expect(globex.realm.isolate).not.toBe(acme.realm.isolate);
});

test('jobs with different memory limits do not share an isolate', async () => {
  await using bench = openBench();
  const realms = open(bench);
  const small = await realms.leaseShared('acme', memoryBytes);
  const large = await realms.leaseShared('acme', 2 * memoryBytes);
  expect(large.realm.isolate.memoryBytes).toBe(2 * small.realm.isolate.memoryBytes);
});

test('a realm serves one job, and the next one finds its own', async () => {
  await using bench = openBench();
  const realms = open(bench);
  const first = await realms.leaseShared('acme', memoryBytes);
  first.release(false);
  const next = await realms.leaseShared('acme', memoryBytes);
  expect(next.realm).not.toBe(first.realm);
  expect(next.realm.isolate).toBe(first.realm.isolate);
});

test('a lease alone has an isolate that nobody had, which goes with it', async () => {
  await using bench = openBench();
  const realms = open(bench);
  const one = await realms.leaseAlone('acme', memoryBytes);
  const two = await realms.leaseAlone('acme', memoryBytes);
  expect(two.realm.isolate).not.toBe(one.realm.isolate);
  expect(await one.heapBytes()).toBeGreaterThan(0);
  one.release(false);
  expect([one.realm.isolate.state, two.realm.isolate.state]).toEqual(['disposed', 'open']);
  expect(bench.shelf.size).toBe(0);
});

test('after a guest that was cut off, the tenant gets another isolate', async () => {
  await using bench = openBench();
  const realms = open(bench);
  const cut = await realms.leaseShared('acme', memoryBytes);
  const neighbour = await realms.leaseShared('acme', memoryBytes);
  cut.release(true);
  const next = await realms.leaseShared('acme', memoryBytes);
  expect(next.realm.isolate).not.toBe(cut.realm.isolate);
  expect(neighbour.realm.isolate.state).toBe('open');
  neighbour.release(false);
  expect(neighbour.realm.isolate.state).toBe('disposed');
});

test('a job whose isolate is lost before it has a realm fails with ERR_WAYBILL_ISOLATE_LOST', async () => {
  await using bench = openBench();
  const realms = open(bench);
  const first = await realms.leaseShared('acme', memoryBytes);
  const second = realms.leaseShared('acme', memoryBytes);
  await first.realm.isolate.dispose();
  await expect(second).rejects.toMatchObject({
    code: 'ERR_WAYBILL_ISOLATE_LOST',
    retryable: true,
  });
  first.release(true);
  const third = await realms.leaseShared('acme', memoryBytes);
  expect(third.realm.isolate.state).toBe('open');
});

test('jobs that come at once get a realm each, one of them the one that was prepared', async () => {
  await using bench = openBench();
  const realms = open(bench);
  const before = await realms.leaseShared('acme', memoryBytes);
  const openRealm = vi.spyOn(before.realm.isolate, 'openRealm');
  before.release(false);
  await until(() => openRealm.mock.calls.length === 1);
  const leases = await Promise.all(
    Array.from({ length: 4 }, () => realms.leaseShared('acme', memoryBytes)),
  );
  expect(new Set([before, ...leases].map(({ realm }) => realm)).size).toBe(5);
  expect(openRealm).toHaveBeenCalledTimes(4);
  for (const lease of leases) lease.release(false);
  await until(() => openRealm.mock.calls.length > 4);
  expect(openRealm).toHaveBeenCalledTimes(5);
});

test('a job that waits for a realm which then cannot be made gets another in the same isolate', async () => {
  await using bench = openBench();
  const realms = open(bench);
  const before = await realms.leaseShared('acme', memoryBytes);
  const { isolate } = before.realm;
  const preparing = deferred<GuestRealm>();
  const openRealm = vi.spyOn(isolate, 'openRealm').mockReturnValueOnce(preparing.promise);
  before.release(false);
  await until(() => openRealm.mock.calls.length === 1);
  const leases = Promise.all([
    realms.leaseShared('acme', memoryBytes),
    realms.leaseShared('acme', memoryBytes),
  ]);
  // The one that did not wait for it has its own.
  await until(() => openRealm.mock.calls.length === 2);
  preparing.reject(new Error('not this time'));
  const [one, two] = await leases;
  expect(one.realm).not.toBe(two.realm);
  expect([one.realm.isolate, two.realm.isolate]).toEqual([isolate, isolate]);
  expect([isolate.state, bench.recycled]).toEqual(['open', []]);
  one.release(false);
  two.release(false);
});

test('after a realm could not be prepared, the next release prepares one', async () => {
  await using bench = openBench();
  const realms = open(bench);
  const first = await realms.leaseShared('acme', memoryBytes);
  const openRealm = vi.spyOn(first.realm.isolate, 'openRealm');
  openRealm.mockRejectedValueOnce(new Error('not this time'));
  first.release(false);
  await until(() => openRealm.mock.calls.length === 1);
  const second = await realms.leaseShared('acme', memoryBytes);
  expect(second.realm.isolate).toBe(first.realm.isolate);
  expect(openRealm).toHaveBeenCalledTimes(2);
  second.release(false);
  await until(() => openRealm.mock.calls.length === 3);
  const third = await realms.leaseShared('acme', memoryBytes);
  expect(openRealm).toHaveBeenCalledTimes(3);
  third.release(false);
});

test('an isolate that is given up while a realm is made in it is disposed all the same', async () => {
  await using bench = openBench();
  const realms = open(bench);
  const one = await realms.leaseShared('acme', memoryBytes);
  const two = await realms.leaseShared('acme', memoryBytes);
  const openRealm = vi.spyOn(one.realm.isolate, 'openRealm');
  one.release(false);
  await until(() => openRealm.mock.calls.length === 1);
  two.release(true);
  expect([one.realm.isolate.state, bench.recycled]).toEqual(['disposed', ['acme lost']]);
  await expect(openRealm.mock.results[0]?.value).rejects.toThrow();
});
