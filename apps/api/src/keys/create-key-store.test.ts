import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '@waybill/queue';
import { createKeyStore } from './create-key-store.ts';
import type { KeyStore } from './key-store.ts';
import { openTestEmbedded } from './test-database.fixture.ts';

let stack: AsyncDisposableStack;
let database: Database;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  ({ database } = stack.use(await openTestEmbedded()));
}, 60_000);

afterAll(() => stack.disposeAsync());

const spec = { name: 'ci', tenant: 'acme', scopes: ['run', 'read'] } as const;

interface Clocked {
  readonly keys: KeyStore;
  /** Another process on the same database. */
  readonly other: KeyStore;
  readonly clock: { nowMs: number };
}

async function open(): Promise<Clocked> {
  const clock = { nowMs: Date.UTC(2030, 0, 1) };
  const options = {
    now: () => clock.nowMs,
    onError: (error: unknown) => {
      throw error;
    },
  };
  const keys = await createKeyStore(database, options);
  return { keys, other: await createKeyStore(database, options), clock };
}

test('whether a key was ever made is known within five seconds', async () => {
  const { keys, other, clock } = await open();
  expect(await other.hasAny()).toBe(false);
  await keys.create(spec);
  expect(await keys.hasAny()).toBe(true);
  clock.nowMs += 5_000;
  expect(await other.hasAny()).toBe(true);
});

describe('a token', () => {
  test('belongs to its key and to nothing else', async () => {
    const { keys, other } = await open();
    const { key, token } = await keys.create(spec);
    expect(token).toMatch(new RegExp(`^wb_${key.id}_[\\w-]{43}$`));
    expect(await other.verify(token)).toMatchObject({
      id: key.id,
      tenant: 'acme',
      scopes: spec.scopes,
    });
    const last = token.at(-2) === 'A' ? 'B' : 'A';
    for (const wrong of [
      `${token.slice(0, -2)}${last}${token.at(-1)}`,
      token.replace(key.id, 'a'.repeat(16)),
      token.slice(0, -1),
      `${token}A`,
      '',
      `wb_${key.id}_`,
    ]) {
      expect(await other.verify(wrong), wrong).toBeUndefined();
    }
  });

  test('is nowhere in the database', async () => {
    const { keys } = await open();
    const { token } = await keys.create(spec);
    const rows = await database.query('SELECT * FROM waybill.api_key');
    expect(JSON.stringify(rows)).not.toContain(token.slice(-43));
  });

  test('ends when its key is revoked: here at once, elsewhere within five seconds', async () => {
    const { keys, other, clock } = await open();
    const { key, token } = await keys.create(spec);
    expect(await other.verify(token)).toBeDefined();
    const revoked = await keys.revoke(key.id);
    expect(revoked.revokedAtMs).toBe(clock.nowMs);
    expect(await keys.verify(token)).toBeUndefined();
    clock.nowMs += 5_000;
    expect(await other.verify(token)).toBeUndefined();
    expect((await keys.revoke(key.id)).revokedAtMs).toBe(revoked.revokedAtMs);
  });

  test('ends when its key expires', async () => {
    const { keys, clock } = await open();
    const { token } = await keys.create({ ...spec, expiresAtMs: clock.nowMs + 1_000 });
    expect(await keys.verify(token)).toBeDefined();
    clock.nowMs += 1_000;
    expect(await keys.verify(token)).toBeUndefined();
  });

  test('is accepted for its grace after a rotation, and then no more', async () => {
    const { keys, clock } = await open();
    const first = await keys.create(spec);
    const second = await keys.rotate(first.key.id, { graceSeconds: 60 });
    expect(second.key.id).toBe(first.key.id);
    expect(second.token).not.toBe(first.token);
    expect(await keys.verify(first.token)).toBeDefined();
    clock.nowMs += 60_000;
    expect(await keys.verify(first.token)).toBeUndefined();
    expect(await keys.verify(second.token)).toBeDefined();
  });

  test('that was leaked ends at once where no grace is given', async () => {
    const { keys } = await open();
    const first = await keys.create(spec);
    await keys.rotate(first.key.id);
    expect(await keys.verify(first.token)).toBeUndefined();
  });
});

test('the last use of a key is noted, at most once a minute', async () => {
  const { keys, clock } = await open();
  const { key, token } = await keys.create(spec);
  const firstMs = clock.nowMs;
  const usedAt = async (): Promise<number | undefined> => {
    // Statements run in order: behind this one, what was noted before is there.
    const { items } = await keys.list();
    return items.find(({ id }) => id === key.id)?.lastUsedAtMs;
  };
  await keys.verify(token);
  expect(await usedAt()).toBe(firstMs);
  clock.nowMs += 59_000;
  await keys.verify(token);
  expect(await usedAt()).toBe(firstMs);
  clock.nowMs += 1_000;
  await keys.verify(token);
  expect(await usedAt()).toBe(firstMs + 60_000);
});

test('keys are listed the newest first, page by page, of one tenant or of all', async () => {
  const { keys } = await open();
  const tenant = 'pages';
  const made: string[] = [];
  // Enough for one more digit.
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']) {
    made.unshift((await keys.create({ ...spec, tenant, name })).key.id);
  }
  const first = await keys.list({ tenant, limit: 6 });
  const second = await keys.list({ tenant, limit: 6, cursor: first.next });
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(made);
  expect(second.next).toBeUndefined();
  expect((await keys.list()).items.slice(0, 10).map(({ id }) => id)).toEqual(made);
  await expect(keys.list({ cursor: 'nonsense' })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_INVALID_REQUEST',
  });
});

test('what is wrong with a new key is named', async () => {
  const { keys, clock } = await open();
  const wrong = { name: 'a\u001b[31m', tenant: 'a b', scopes: ['everything'] } as never;
  await expect(keys.create(wrong)).rejects.toMatchObject({
    code: 'ERR_WAYBILL_INVALID_REQUEST',
    details: {
      issues: [{ path: 'name' }, { path: 'tenant' }, { path: 'scopes[0]', got: '"everything"' }],
    },
  });
  await expect(keys.create({ ...spec, expiresAtMs: clock.nowMs })).rejects.toThrow(
    'expiresAtMs: expected a moment to come',
  );
});

test('a key that is not there cannot be revoked or rotated, nor a revoked one rotated', async () => {
  const { keys } = await open();
  const code = 'ERR_WAYBILL_KEY_NOT_FOUND';
  await expect(keys.revoke('nobody')).rejects.toMatchObject({ code });
  await expect(keys.rotate('nobody')).rejects.toMatchObject({ code });
  const { key } = await keys.create(spec);
  await keys.revoke(key.id);
  await expect(keys.rotate(key.id)).rejects.toMatchObject({ code });
});
