import { leakCheck } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { openBareHostCalls } from './bare-host-calls.ts';
import { openBareIsolates } from './bare-isolate.ts';
import { echo, type Exchange } from './exchange.ts';
import { callChecked, type Lane, WrongAnswer } from './lane.ts';
import { portEchoLane } from './port-echo.ts';
import { processEchoLane } from './process-echo.ts';

const callTen = (lane: Lane): Promise<unknown> =>
  Promise.all(Array.from({ length: 10 }, (_, number) => callChecked(lane, number)));

/** Wants an answer that an echo does not give. */
const another: Exchange = { input: (number) => number + 1, check: echo.check };

test.each([
  { name: 'a bare port', open: portEchoLane },
  { name: 'a bare child process', open: processEchoLane },
])(
  '$name answers each of ten calls at once with its own number, and is gone afterwards',
  async ({ open }) => {
    await using _leaks = leakCheck();
    await using lane = await open();
    await callTen(lane);
  },
);

test.each(['warm', 'fresh', 'cold'] as const)(
  'a bare isolate, %s, answers each of ten calls at once with its own number, and is gone afterwards',
  async (how) => {
    await using _leaks = leakCheck();
    await using pool = openBareIsolates({ how, threads: 1, callsPerThread: 4 });
    await callTen(pool.laneOf(echo));
    await expect(callChecked(pool.laneOf(another), 1)).rejects.toThrow(WrongAnswer);
  },
);

test('a bare isolate runs the source that a call brings', async () => {
  await using pool = openBareIsolates({ how: 'own', threads: 1, callsPerThread: 4 });
  await callTen(pool.laneOf({ input: (number) => `() => ${number}`, check: echo.check }));
});

test.each([[['inWorker']], [['here']], [['inWorker', 'here']]] as const)(
  'bare guests have their host calls to %j answered with their own numbers',
  async (sides) => {
    await using _leaks = leakCheck();
    await using pool = await openBareHostCalls(sides);
    await callTen(pool.laneOf(20));
    await callTen(pool.laneOf(0));
  },
);
