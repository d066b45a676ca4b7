import { expect, test } from 'vitest';
import { TestIsolate } from '../guest.fixture.ts';

test('an error of an ended job says nothing about the host calls of the job that throws it', async () => {
  await using guest = new TestIsolate({
    host: {
      fail: () => {
        throw new Error('secret of the call');
      },
    },
  });
  const realm = await guest.warm(`
    let saved;
    const caught = async (host) => { try { await host.fail(); } catch (error) { return error; } };
    export default async (input, { host }) => {
      const error = await caught(host);
      if (input === 'save') { saved = error; return; }
      throw input === 'own' ? error : input === 'cause' ? new Error('mine', { cause: saved }) : saved;
    }`);
  const codeOf = async (input: string): Promise<string | undefined> =>
    (await guest.ended(guest.start(realm, undefined, { input }))).code;
  expect(await codeOf('save')).toBeUndefined();
  expect(await codeOf('own')).toBe('ERR_WAYBILL_HOST_FUNCTION_THREW');
  expect(await codeOf('saved')).toBe('ERR_WAYBILL_GUEST_THREW');
  expect(await codeOf('cause')).toBe('ERR_WAYBILL_GUEST_THREW');
});

test('what a guest makes of JSON does not change what the host is told of its context', async () => {
  await using guest = new TestIsolate();
  const seen: unknown[] = [];
  const realm = await guest.warm(`
    Array.prototype.toJSON = () => [['tenant', '"forged"']];
    export default () => 1`);
  const context = [['tenant', '"acme"']] as const;
  await guest.ended(
    guest.start(realm, undefined, { context, onSeen: (told) => void seen.push(told) }),
  );
  expect(seen).toEqual([context]);
});
