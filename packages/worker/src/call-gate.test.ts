import { expect, test } from 'vitest';
import { CallGate } from './call-gate.ts';

const parcel = (chars: number) => ({ text: 'x'.repeat(chars), bytes: '' });

/** Which of the calls have passed, by their number. */
function watch(gate: CallGate, sizes: readonly number[]) {
  const passed: number[] = [];
  const turns = sizes.map(async (chars, index) => {
    const turn = await gate.enter(parcel(chars));
    passed.push(index);
    return turn;
  });
  return { passed, turns };
}

test('small calls pass at once, as many as there are', async () => {
  using gate = new CallGate();
  const { turns } = watch(
    gate,
    Array.from({ length: 64 }, () => 1_000),
  );
  await Promise.all(turns);
});

test('a large call passes alone, and the next one after it has settled, in order', async () => {
  const gate = new CallGate();
  const { passed, turns } = watch(gate, [1_000_000, 1_000_000, 10]);
  const first = await turns[0];
  expect(passed).toEqual([0]);
  first?.[Symbol.dispose]();
  const second = await turns[1];
  expect(passed).toEqual([0, 1]);
  second?.[Symbol.dispose]();
  await turns[2];
  expect(passed).toEqual([0, 1, 2]);
});

test('calls that wait when the job ends are refused', async () => {
  const gate = new CallGate();
  const { turns } = watch(gate, [1_000_000, 1_000_000]);
  await turns[0];
  gate[Symbol.dispose]();
  await expect(turns[1]).rejects.toMatchObject({ code: 'ERR_WAYBILL_JOB_ENDED' });
  await expect(gate.enter(parcel(1))).rejects.toMatchObject({ code: 'ERR_WAYBILL_JOB_ENDED' });
});
