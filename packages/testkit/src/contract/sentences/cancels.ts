import { deepEqual, equal } from 'node:assert/strict';
import { whoIsHere } from '../context.ts';
import { codeOf, prepare, runAs, valueAs, valueOf } from '../jobs.ts';
import type { ContractLane } from '../lane.ts';
import type { ContractSentence } from '../sentence.ts';

const cancelled = 'ERR_WAYBILL_CANCELLED';

/** Hears in whose context a job settles, and how often. */
function settlements(lane: ContractLane, id: string): { seen: string[]; stop: () => void } {
  const seen: string[] = [];
  const stop = lane.on('job:settled', ({ jobId }) => {
    if (jobId === id) seen.push(whoIsHere(lane.context));
  });
  return { seen, stop };
}

async function whileQueued(lane: ContractLane): Promise<void> {
  const tenant = 'one-by-one';
  const holds = await prepare(lane, `return contract.gate.wait('26 queue')`, { tenant });
  const notes = await prepare(lane, `await contract.gate.pass('26 never')`, { tenant });
  const holding = runAs(lane, 'ann', { program: holds });
  await lane.call('contract.gate.arrived', '26 queue');
  const { seen, stop } = settlements(lane, 'queued');
  const queued = runAs(lane, 'bob', { program: notes, id: 'queued' });
  equal(lane.cancel('queued'), true);
  equal(codeOf(await queued), cancelled);
  await lane.call('contract.gate.open', '26 queue');
  deepEqual(valueOf(await holding), ['ann', 'ann']);
  stop();
  deepEqual(seen, ['bob']);
}

async function whileComputing(lane: ContractLane): Promise<void> {
  const limits = { cpuMs: 500 };
  const program = await prepare(lane, `await contract.gate.pass('26 loop'); for (;;);`, { limits });
  const { seen, stop } = settlements(lane, 'loops');
  const begun = Promise.withResolvers<void>();
  const stopHearing = lane.on('host:called', ({ jobId }) => {
    if (jobId === 'loops') begun.resolve();
  });
  const running = runAs(lane, 'ann', { program, id: 'loops' });
  await begun.promise;
  lane.cancel('loops');
  equal(codeOf(await running), cancelled);
  stop();
  stopHearing();
  deepEqual(seen, ['ann']);
  equal(await valueAs(lane, 'bob', `return contract.who()`), 'bob');
}

async function insideACall(lane: ContractLane): Promise<void> {
  const program = await prepare(
    lane,
    `const seen = await contract.gate.wait('26 call'); await contract.note(seen.join()); return seen`,
  );
  const { seen, stop } = settlements(lane, 'calls');
  const running = runAs(lane, 'ann', { program, id: 'calls' });
  await lane.call('contract.gate.arrived', '26 call');
  lane.cancel('calls');
  equal(codeOf(await running), cancelled);
  // The reply comes all the same, and finds nobody.
  await lane.call('contract.gate.open', '26 call');
  equal(await valueAs(lane, 'bob', `return contract.who()`), 'bob');
  stop();
  deepEqual(seen, ['ann']);
  deepEqual(await lane.call('contract.notes', 0), []);
}

async function bySignal(lane: ContractLane): Promise<void> {
  const aborter = new AbortController();
  const program = await prepare(lane, `await contract.gate.wait('26 signal')`);
  const running = runAs(lane, 'ann', { program, signal: aborter.signal });
  await lane.call('contract.gate.arrived', '26 signal');
  aborter.abort(new Error('the request was closed'));
  const outcome = await running;
  equal(codeOf(outcome), cancelled);
  const cause = outcome.ok ? undefined : outcome.error.cause;
  equal((cause as Error).message, 'the request was closed');
  await lane.call('contract.gate.open', '26 signal');
}

async function lateReply(lane: ContractLane): Promise<void> {
  const program = await prepare(
    lane,
    `contract.gate.wait('26 late').then(() => contract.note('too late'), () => {});
     await contract.gate.arrived('26 late');
     return contract.who()`,
  );
  equal(valueOf(await runAs(lane, 'ann', { program })), 'ann');
  await lane.call('contract.gate.open', '26 late');
  equal(await valueAs(lane, 'bob', `return contract.who()`), 'bob');
  deepEqual(await lane.call('contract.notes', 0), []);
}

/** Property 26. */
export const cancels: readonly ContractSentence[] = [
  {
    property: 26,
    sentence:
      'a job that is cancelled while it is queued settles once, in context, and never starts',
    run: whileQueued,
  },
  {
    property: 26,
    sentence: 'a job that is cancelled while its guest computes settles once, in context',
    run: whileComputing,
  },
  {
    property: 26,
    sentence:
      'a job that is cancelled inside a host call settles once, in context, and the late reply is nobody’s',
    run: insideACall,
  },
  {
    property: 26,
    sentence: 'a job whose signal aborts settles as cancelled, with the reason as its cause',
    run: bySignal,
  },
  {
    property: 26,
    sentence: 'a reply that comes after its job has returned is nobody’s',
    run: lateReply,
  },
];
