import { describe, expect, test } from 'vitest';
import { databaseKinds, freshTenant, makeOffice, useOffice } from '../queue-office.fixture.ts';
import { openPostgres } from '../database/open-postgres.ts';
import { until } from '@waybill/testkit';
import { forgetFunctions } from './forget-functions.ts';

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
    for (const item of [...first.items, ...rest.items]) expect(item).not.toHaveProperty('spec');
    const bad = functions.list(tenant, { cursor: 'none' });
    await expect(bad).rejects.toMatchObject({ code: 'ERR_WAYBILL_INVALID_REQUEST' });
  });

  test('the last hundred versions are kept, and those that jobs wait for', async () => {
    const tenant = freshTenant();
    await put(tenant);
    const waiting = { tenant, function: 'greet' };
    await office().submit(waiting);
    await office().database.query(
      `INSERT INTO waybill.function (tenant, name, version, hash, spec)
       SELECT $1, 'greet', version, '', '' FROM generate_series(2, 150) AS version`,
      [tenant],
    );
    expect(await put(tenant)).toMatchObject({ isNew: true, stored: { version: 151 } });
    const rows = await office().database.query<{ readonly version: number }>(
      "SELECT version FROM waybill.function WHERE tenant = $1 AND name = 'greet' ORDER BY version",
      [tenant],
    );
    const kept = Array.from({ length: 100 }, (_, index) => 52 + index);
    expect(rows.map(({ version }) => version)).toEqual([1, ...kept]);
  });

  test('a tenant may have a thousand functions, and new versions of them', async () => {
    const tenant = freshTenant();
    await office().database.query(
      `INSERT INTO waybill.function (tenant, name, version, hash, spec)
       SELECT $1, 'f' || number, 1, '', '{}' FROM generate_series(1, 1000) AS number`,
      [tenant],
    );
    const code = 'ERR_WAYBILL_INVALID_JOB';
    await expect(put(tenant)).rejects.toMatchObject({ code });
    expect(await put(tenant, { name: 'f7' })).toMatchObject({ stored: { version: 2 } });
    await office().functions.remove(tenant, 'f8');
    expect(await put(tenant)).toMatchObject({ isNew: true });
    await office().database.query(
      `INSERT INTO waybill.function (tenant, name, version, hash, spec, removed_at)
       SELECT $1, 'old' || number, 1, '', '', now() FROM generate_series(1, 9000) AS number`,
      [tenant],
    );
    await office().functions.remove(tenant, 'f9');
    await expect(put(tenant, { name: 'one-more' })).rejects.toMatchObject({ code });
  });

  test('of functions that were removed a day ago nothing stays but the last number', async () => {
    const tenant = freshTenant();
    const { functions, database } = office();
    for (const source of [one, two]) await put(tenant, { source });
    await put(tenant, { name: 'young' });
    for (const name of ['greet', 'young']) await functions.remove(tenant, name);
    await database.query(
      "UPDATE waybill.function SET removed_at = now() - interval '25 hours' WHERE tenant = $1 AND name = 'greet'",
      [tenant],
    );
    await forgetFunctions(database);
    const left = `SELECT name, version, spec = '' AS "isEmpty" FROM waybill.function WHERE tenant = $1 ORDER BY name`;
    expect(await database.query(left, [tenant])).toEqual([
      { name: 'greet', version: 2, isEmpty: true },
      { name: 'young', version: 1, isEmpty: false },
    ]);
    expect(await put(tenant)).toMatchObject({ stored: { version: 3 } });
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
