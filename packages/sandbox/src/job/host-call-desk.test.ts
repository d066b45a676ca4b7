import { type Limits, type Parcel, defaultLimits } from '@waybill/protocol';
import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import type { HostMessage } from '../engine/guest-realm.ts';
import { HostCallDesk } from './host-call-desk.ts';

const nothing: Parcel = { text: '', bytes: '' };

/** A desk that a test drives as a guest would that got around the kit. */
function openDesk(limits: Partial<Limits> = {}) {
  const made: string[] = [];
  const told: HostMessage[] = [];
  const reply = deferred<Parcel>();
  const desk = new HostCallDesk(
    { ...defaultLimits, ...limits },
    ({ name }) => {
      made.push(name);
      return reply.promise;
    },
    (message) => told.push(message),
  );
  return { desk, made, told, reply };
}

test('calls beyond the limit of the whole job are refused here too, and not made', async () => {
  const { desk, made, reply } = openDesk({ hostCalls: 2 });
  desk.call(1, 'one', nothing);
  desk.call(2, 'two', nothing);
  reply.resolve(nothing);
  await reply.promise;
  expect(() => desk.call(3, 'three', nothing)).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_HOST_CALL_LIMIT' }),
  );
  expect([made, desk.callCount]).toEqual([['one', 'two'], 2]);
});

test('calls beyond those that may be under way at once are refused here too, and replies make room', async () => {
  const { desk, made, told, reply } = openDesk({ concurrentHostCalls: 1 });
  desk.call(1, 'one', nothing);
  expect(() => desk.call(2, 'two', nothing)).toThrow('past its own count');
  reply.resolve(nothing);
  await expect.poll(() => told.length).toBe(1);
  desk.call(3, 'three', nothing);
  expect(made).toEqual(['one', 'three']);
});

test('a call under the number of one that is under way is refused', () => {
  const { desk, made } = openDesk();
  desk.call(1, 'one', nothing);
  expect(() => desk.call(1, 'again', nothing)).toThrow('past its own count');
  expect(made).toEqual(['one']);
});

test('arguments that are too large never reach the host function', async () => {
  const { desk, made, told } = openDesk({ hostCallBytes: 10 });
  desk.call(1, 'one', { text: 'x'.repeat(11), bytes: '' });
  await expect.poll(() => told.length).toBe(1);
  expect(told).toMatchObject([{ kind: 'reject', id: 1 }]);
  expect(told[0]?.a).toContain('ERR_WAYBILL_HOST_CALL_TOO_LARGE');
  expect(made).toEqual([]);
});
