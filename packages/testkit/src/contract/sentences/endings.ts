import { deepEqual, equal, ok } from 'node:assert/strict';
import { whoIsHere } from '../context.ts';
import { assertPromised, engineDifferences } from '../engine-differences.ts';
import { assertCutOff, codeOf, prepare, runAs, valueAs, valueOf } from '../jobs.ts';
import type { ContractLane } from '../lane.ts';
import type { ContractSentence } from '../sentence.ts';

interface Ending {
  readonly body: string;
  readonly limits: Readonly<Record<string, number>>;
  readonly code: string;
}

const shortWall = { wallMs: 300 };

/** Guests that are ended from outside, by what they do. */
const endings: Readonly<Record<string, Ending>> = {
  'waits for a host call at its deadline': {
    body: `await contract.never()`,
    limits: shortWall,
    code: 'ERR_WAYBILL_HOST_FUNCTION_TIMEOUT',
  },
  'waits for a timer at its deadline': {
    body: `await new Promise((resolve) => { setTimeout(resolve, 60_000) })`,
    limits: shortWall,
    code: 'ERR_WAYBILL_DEADLINE_EXCEEDED',
  },
  'computes at its deadline': {
    body: `for (;;);`,
    limits: shortWall,
    code: 'ERR_WAYBILL_DEADLINE_EXCEEDED',
  },
  'makes more host calls than it may': {
    body: `for (;;) await contract.who()`,
    limits: { hostCalls: 5 },
    code: 'ERR_WAYBILL_HOST_CALL_LIMIT',
  },
};

const fillsTheHeap = `const all = []; for (;;) all.push(new Array(1_000).fill(1.5))`;

/** Proves that whoever comes next is served, in its own context. */
async function nextIsServed(lane: ContractLane): Promise<void> {
  deepEqual(await valueAs(lane, 'next', `return [await contract.who(), await across.who()]`), [
    'next',
    'next',
  ]);
  await lane.atBaseline();
}

async function endsWith(lane: ContractLane, { body, limits, code }: Ending): Promise<void> {
  const program = await prepare(lane, body, { limits });
  equal(codeOf(await runAs(lane, 'ann', { program })), code);
  await nextIsServed(lane);
}

async function computesTooLong(lane: ContractLane, before: string): Promise<void> {
  const program = await prepare(lane, `${before}; for (;;);`, { limits: { cpuMs: 100 } });
  assertCutOff(await runAs(lane, 'ann', { program }));
  await nextIsServed(lane);
}

async function memoryRunsOut(lane: ContractLane): Promise<void> {
  const waits = await prepare(lane, `return contract.gate.wait('25')`, { tenant: 'globex' });
  const waiting = runAs(lane, 'ann', { program: waits });
  await lane.call('contract.gate.arrived', '25');
  const limits = { memoryBytes: 16 * 2 ** 20, cpuMs: 10_000 };
  const program = await prepare(lane, fillsTheHeap, { limits });
  equal(codeOf(await runAs(lane, 'bob', { program })), 'ERR_WAYBILL_GUEST_MEMORY_LIMIT');
  await lane.call('contract.gate.open', '25');
  assertPromised(lane, 'neighbourOfMemory', codeOf(await waiting));
  await nextIsServed(lane);
}

/** Ends the pool thread below a job, by an error of the host function that is there. */
export async function endThread(lane: ContractLane, label: string): Promise<void> {
  const inWorker = lane.place === 'worker' ? 'contract' : 'across';
  const program = await prepare(lane, `await ${inWorker}.endThread()`);
  const outcome = await runAs(lane, label, { program });
  ok(!outcome.ok);
  deepEqual([outcome.error.code, outcome.error.retryable], ['ERR_WAYBILL_WORKER_EXITED', true]);
}

async function processIsKilled(lane: ContractLane): Promise<void> {
  let processId = 0;
  const stop = lane.on('job:started', (event) => {
    processId = event.processId ?? 0;
  });
  const calls = await prepare(lane, `return contract.gate.wait('killed')`);
  const waits = await prepare(
    lane,
    `return new Promise((done) => { setTimeout(() => done(input), 50) })`,
  );
  const called = runAs(lane, 'ann', { program: calls });
  await lane.call('contract.gate.arrived', 'killed');
  const innocent = runAs(lane, 'bob', { program: waits, input: 'run again' });
  process.kill(processId, 'SIGKILL');
  // It had called a host function, and nobody said that it may be called twice.
  equal(codeOf(await called), 'ERR_WAYBILL_PROCESS_EXITED');
  equal(valueOf(await innocent), 'run again');
  stop();
  await nextIsServed(lane);
}

async function nothingCanStopIt(lane: ContractLane): Promise<void> {
  const steps: string[] = [];
  const program = await prepare(lane, `return [].indexOf.call({ length: 2 ** 53 - 1 }, 1)`, {
    limits: { wallMs: 1_000 },
  });
  const stop = lane.on('job:settled', () => steps.push(whoIsHere(lane.context)));
  const outcome = await runAs(lane, 'ann', { program });
  stop();
  equal(codeOf(outcome), 'ERR_WAYBILL_DEADLINE_EXCEEDED');
  deepEqual(steps, ['ann']);
  await nextIsServed(lane);
}

/** Property 25. */
export const endingSentences: readonly ContractSentence[] = [
  ...Object.entries(endings).map(([what, ending]) => ({
    property: 25,
    sentence: `a job whose guest ${what} settles with ${ending.code}, its submitter in context`,
    run: (lane: ContractLane) => endsWith(lane, ending),
  })),
  {
    property: 25,
    sentence: 'a guest that computes for too long is cut off, its submitter in context',
    run: (lane) => computesTooLong(lane, ''),
  },
  {
    property: 25,
    sentence: 'a guest that computes for too long behind a host call is cut off just so',
    run: (lane) => computesTooLong(lane, 'await contract.who()'),
  },
  {
    property: 25,
    sentence: `a guest that fills its heap fails for that; ${engineDifferences.neighbourOfMemory.what}: as the engine promises`,
    run: memoryRunsOut,
  },
  {
    property: 25,
    sentence:
      'a job whose thread ends settles as lost, its submitter in context, and the next one is served by another',
    run: async (lane) => {
      await endThread(lane, 'ann');
      await nextIsServed(lane);
    },
  },
  {
    property: 25,
    sentence:
      'of the jobs of a process that is killed the one that called the host is lost and the other runs again, each in context',
    run: processIsKilled,
    only: { containment: 'process' },
  },
  {
    property: 25,
    sentence:
      'a guest that nothing can interrupt costs its process, and its job settles at its deadline, its submitter in context',
    run: nothingCanStopIt,
    only: { containment: 'process', warmth: 'fresh' },
  },
];
