import { describe, expect, test } from 'vitest';
import { databaseKinds, freshTenant, makeOffice, useOffice } from '../queue-office.fixture.ts';
import { openPostgres } from '../database/open-postgres.ts';
import { until } from '@waybill/testkit';

const one = 'export default () => 1';
const two = 'export default () => 2';

describe.each(databaseKinds)('on the %s database', (kind) => {
  const office = useOffice(kind);

  const put = (tenant: string, fields: object = {}) =>
    office().functions.put({ tenant, name: 'greet', source: one, ...fields });

  test('a function is stored whole, and found by its tenant in the last version or in the one asked for', async () => {
    const tenant = freshTenant();
    const spec = { limits: { wallMs: 100 }, modules: { 'a.js': one }, rerunnable: true };
    const { stored, isNew } = await put(tenant, spec);
    expect(isNew).toBe(true);
    expect(stored).toMatchObject({ tenant, name: 'greet', version: 1 });
    expect(stored.spec).toEqual({
      tenant,
      name: 'greet',
      source: one,
      sourceType: 'module',
      ...spec,
    });
    const next = await put(tenant, { source: two });
    const { functions } = office();
    expect(await functions.find(tenant, 'greet')).toEqual(next.stored);
    expect(await functions.find(tenant, 'greet', 1)).toEqual(stored);
    expect(await functions.find(tenant, 'greet', 3)).toBeUndefined();
    expect(await functions.find(tenant, 'greet', 2 ** 40)).toBeUndefined();
    expect(await functions.find(freshTenant(), 'greet')).toBeUndefined();
  });

  test('the spec that was deployed last is the same version, an earlier one a new version', async () => {
    const tenant = freshTenant();
    const puts = [
      await put(tenant),
      await put(tenant, { modules: {}, sourceType: 'module' }),
      await put(tenant, { source: two }),
      await put(tenant),
    ];
    expect(puts.map(({ stored, isNew }) => [stored.version, isNew])).toEqual([
      [1, true],
      [1, false],
      [2, true],
      [3, true],
    ]);
    expect(puts[3]?.stored.hash).toBe(puts[0]?.stored.hash);
  });

  test('a removed function is found in no version, and deployed again it has the next number', async () => {
    const tenant = freshTenant();
    await put(tenant);
    const { functions } = office();
    expect(await functions.remove(tenant, 'greet')).toBe(true);
    expect(await functions.remove(tenant, 'greet')).toBe(false);
    expect(await functions.find(tenant, 'greet')).toBeUndefined();
    expect(await functions.find(tenant, 'greet', 1)).toBeUndefined();
    expect(await put(tenant)).toMatchObject({ isNew: true, stored: { version: 2 } });
    expect(await functions.find(tenant, 'greet', 1)).toBeUndefined();
  });

  test('deployments at once get a number each, and the same one gets one', async () => {
    const tenant = freshTenant();
    const different = Array.from({ length: 8 }, (_, index) => put(tenant, { source: `${index}` }));
    const versions = (await Promise.all(different)).map(({ stored }) => stored.version);
    expect(versions.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const same = await Promise.all(Array.from({ length: 8 }, () => put(tenant, { source: two })));
    expect(new Set(same.map(({ stored }) => stored.version))).toEqual(new Set([9]));
    expect(same.filter(({ isNew }) => isNew)).toHaveLength(1);
  });

  test('a list has the last version of each function, by name and in pages', async () => {
    const tenant = freshTenant();
    for (const name of ['c', 'a', 'b', 'gone']) await put(tenant, { name });
    await put(tenant, { name: 'a', source: two });
    const { functions } = office();
    await functions.remove(tenant, 'gone');
    const first = await functions.list(tenant, { limit: 2 });
    expect(first.items.map(({ name, version }) => [name, version])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    const rest = await functions.list(tenant, { limit: 2, cursor: first.next ?? '' });
    expect(rest.items.map(({ name }) => name)).toEqual(['c']);
    expect(rest.next).toBeUndefined();
    const bad = functions.list(tenant, { cursor: 'none' });
    await expect(bad).rejects.toMatchObject({ code: 'ERR_WAYBILL_INVALID_REQUEST' });
  });

  test('a spec that is not as documented is refused', async () => {
    const tenant = freshTenant();
    const code = 'ERR_WAYBILL_INVALID_JOB';
    await expect(put(tenant, { name: 'x'.repeat(101) })).rejects.toMatchObject({ code });
    await expect(put(tenant, { sauce: 1 })).rejects.toMatchObject({ code });
    await using small = await makeOffice(office(), { maxJobBytes: 10 });
    const large = small.functions.put({ tenant, name: 'greet', source: one });
    await expect(large).rejects.toMatchObject({ code: 'ERR_WAYBILL_PAYLOAD_TOO_LARGE' });
  });
});

describe('on a server that two processes use', () => {
  const office = useOffice('postgres');

  test('a function that one deploys is soon the one that the other finds', async () => {
    const { url } = office();
    await using database = await openPostgres({ url: url ?? '' });
    await using other = await makeOffice({ database, url });
    const tenant = freshTenant();
    await office().functions.put({ tenant, name: 'greet', source: one });
    expect(await other.functions.find(tenant, 'greet')).toMatchObject({ version: 1 });
    await office().functions.put({ tenant, name: 'greet', source: two });
    await until(async () => (await other.functions.find(tenant, 'greet'))?.version === 2);
    expect(other.errors).toEqual([]);
  });
});
