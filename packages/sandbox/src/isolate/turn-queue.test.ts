import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { TurnGate } from './turn-gate.ts';
import { TurnQueue } from './turn-queue.ts';

const rounds = async (): Promise<void> => {
  for (let round = 0; round < 5; round += 1) await Promise.resolve();
};

test('turns of one isolate start in order and several at once', () => {
  const queue = new TurnQueue(new TurnGate(1), () => 'acme');
  const started: number[] = [];
  for (const index of [1, 2, 3]) {
    queue.submit(() => {
      started.push(index);
      return new Promise(() => {});
    });
  }
  expect([started, queue.inFlightCount]).toEqual([[1, 2, 3], 3]);
});

test('no more isolates run at once than the gate has places, and each in its turn', async () => {
  const gate = new TurnGate(1);
  const [first, second, third] = [
    new TurnQueue(gate, () => 'acme'),
    new TurnQueue(gate, () => 'acme'),
    new TurnQueue(gate, () => 'acme'),
  ];
  const gates = [deferred(), deferred(), deferred()];
  const started: string[] = [];
  for (const [index, queue] of [first, second, third].entries()) {
    queue.submit(() => {
      started.push(`isolate ${index}`);
      return gates[index]?.promise ?? Promise.resolve();
    });
  }
  expect(started).toEqual(['isolate 0']);
  gates[0]?.resolve();
  await rounds();
  expect(started).toEqual(['isolate 0', 'isolate 1']);
  gates[1]?.resolve();
  gates[2]?.resolve();
  await rounds();
  expect([started, gate.takenCount, gate.contested]).toEqual([
    ['isolate 0', 'isolate 1', 'isolate 2'],
    0,
    false,
  ]);
});

test('an isolate with a turn that never ends gives its place up when it is closed', async () => {
  const gate = new TurnGate(1);
  const [stuck, waiting] = [new TurnQueue(gate, () => 'acme'), new TurnQueue(gate, () => 'acme')];
  stuck.submit(() => new Promise(() => {}));
  let ran = false;
  waiting.submit(async () => {
    ran = true;
  });
  expect(ran).toBe(false);
  stuck.close();
  expect(ran).toBe(true);
  await rounds();
  expect(gate.takenCount).toBe(0);
});

test('closing starts what waits, so that it hears of the end, and frees no place it does not hold', async () => {
  const gate = new TurnGate(1);
  const [holder, waiting] = [new TurnQueue(gate, () => 'acme'), new TurnQueue(gate, () => 'acme')];
  const held = deferred();
  holder.submit(() => held.promise);
  let told = false;
  waiting.submit(async () => {
    told = true;
  });
  waiting.close();
  expect([told, gate.takenCount, gate.contested]).toEqual([true, 1, false]);
  waiting.submit(async () => {
    told = false;
  });
  expect(told).toBe(false);
  held.resolve();
  await rounds();
  expect(gate.takenCount).toBe(0);
});

test('owners take turns at the gate, however many isolates one has', async () => {
  const gate = new TurnGate(2);
  const started: string[] = [];
  const held = Array.from({ length: 6 }, () => deferred());
  const owners = ['many', 'many', 'many', 'many', 'one', 'other'];
  owners.forEach((owner, index) => {
    new TurnQueue(gate, () => owner).submit(() => {
      started.push(owner);
      return held[index]?.promise ?? Promise.resolve();
    });
  });
  expect(started).toEqual(['many', 'many']);
  held[0]?.resolve();
  await rounds();
  expect(started).toEqual(['many', 'many', 'one']);
  for (const each of held) each.resolve();
  await rounds();
  expect([started.length, gate.takenCount]).toEqual([6, 0]);
});
