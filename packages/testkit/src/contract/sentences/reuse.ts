import { deepEqual } from 'node:assert/strict';
import { nobody } from '../context.ts';
import { codeOf, guest, prepare, runAs, valueAs, valueOf } from '../jobs.ts';
import type { ContractLane } from '../lane.ts';
import type { ContractSentence } from '../sentence.ts';

const ended = 'ERR_WAYBILL_JOB_ENDED';

async function noResidue(lane: ContractLane): Promise<void> {
  const program = await prepare(
    lane,
    `const own = await contract.residue();
     const entered = await contract.enterAll(input);
     const [, beside] = await Promise.all([contract.enterAll(input), contract.residue()]);
     return [own, entered, beside, await contract.residue()]`,
  );
  for (const label of ['ann', 'bob']) {
    const outcome = await runAs(lane, label, { program, input: `${label} entered` });
    const own = [label, 'nothing'];
    deepEqual(valueOf(outcome), [own, `${label} entered again`, own, own]);
  }
  const left = await prepare(lane, `return contract.residue()`);
  deepEqual(valueOf(await left.run()), [nobody, 'nothing']);
}

// A warm realm keeps what its module saves. Job A saves all that it was given, job B uses it.
const saver = `
  let saved;
  const codeOf = async (use) => { try { return await use() } catch (error) { return error.code } };
  export default async (role, { host, context, log }) => {
    if (role === 'saves') {
      const held = host.contract.gate.wait('28');
      // It fails when its job ends, and a later job looks at that.
      held.catch(() => {});
      saved = { host, who: host.contract.who, across: host.across.who, context, log, held };
      return host.contract.who();
    }
    if (role === 'saves and stays') {
      saved = { host, who: host.contract.who, across: host.across.who, context, log };
      return host.contract.gate.wait('28 stays');
    }
    saved.log('written by the other');
    return Promise.all([
      codeOf(() => saved.host.contract.who()),
      codeOf(() => saved.who()),
      codeOf(() => saved.who.call(host.contract)),
      codeOf(() => saved.across()),
      codeOf(() => saved.context.get('tenant')),
      codeOf(() => saved.held),
      codeOf(() => host.contract.who()),
    ]);
  }`;

async function savedIsDead(lane: ContractLane): Promise<void> {
  const program = await lane.prepare({ source: saver });
  const first = await runAs(lane, 'ann', { program, input: 'saves' });
  deepEqual([valueOf(first), first.logs], ['ann', []]);
  await lane.call('contract.gate.open', '28');
  const second = await runAs(lane, 'bob', { program, input: 'uses' });
  deepEqual(valueOf(second), [ended, ended, ended, ended, ended, ended, 'bob']);
  deepEqual(second.logs, []);
}

async function savedSpeaksForItsOwner(lane: ContractLane): Promise<void> {
  const program = await lane.prepare({ source: saver });
  const stays = runAs(lane, 'ann', { program, input: 'saves and stays' });
  await lane.call('contract.gate.arrived', '28 stays');
  const used = await runAs(lane, 'bob', { program, input: 'uses' });
  deepEqual(valueOf(used), ['ann', 'ann', 'ann', 'ann', 'ann', undefined, 'bob']);
  deepEqual(used.logs, []);
  await lane.call('contract.gate.open', '28 stays');
  const outcome = await stays;
  deepEqual(valueOf(outcome), ['ann', 'ann']);
  deepEqual(
    outcome.logs.map(({ text }) => text),
    ['written by the other'],
  );
}

const leavesTraces = guest(`
  const found = [globalThis.left, Array.prototype.left, Object.prototype.left, Math.left];
  globalThis.left = Array.prototype.left = Object.prototype.left = Math.left = await contract.who();
  Promise.prototype.then = () => { throw new Error('left behind') };
  return JSON.stringify(found)`);

async function freshFindsNothing(lane: ContractLane): Promise<void> {
  const program = await lane.prepare({ source: leavesTraces });
  const outcomes = [await runAs(lane, 'ann', { program })];
  const together = ['bob', 'cid'].map((label) => runAs(lane, label, { program }));
  outcomes.push(...(await Promise.all(together)));
  const nothing = JSON.stringify([null, null, null, null]);
  deepEqual(outcomes.map(valueOf), [nothing, nothing, nothing]);
}

async function keptCallback(lane: ContractLane): Promise<void> {
  const keeps = `return contract.keepCallback(async () => contract.who())`;
  deepEqual(await valueAs(lane, 'ann', keeps), 'ann');
  deepEqual(await valueAs(lane, 'bob', `return contract.callKept()`), ended);
}

async function leftTimers(lane: ContractLane): Promise<void> {
  const source = guest(`
    if (input === 'uses') {
      await new Promise((resolve) => { setTimeout(resolve, 20) });
      return contract.who();
    }
    setTimeout(() => contract.note('timer'), 1);
    void (async () => {
      for (let turn = 0; turn < 50; turn++) await null;
      log('left');
      await contract.note('reaction');
      // What is left behind ends with its job: that it does nothing more is what is looked at.
    })().catch(() => {});
    return 'left'`);
  const program = await lane.prepare({ source });
  deepEqual(codeOf(await runAs(lane, 'ann', { program })), 'ok');
  const outcome = await runAs(lane, 'bob', { program, input: 'uses' });
  deepEqual([valueOf(outcome), outcome.logs], ['bob', []]);
  deepEqual(await lane.call('contract.notes', 0), []);
}

/** Properties 27 and 28. */
export const reuse: readonly ContractSentence[] = [
  {
    property: 27,
    sentence:
      'what a host function enters ends with its call: no other call, job or submitter sees it',
    run: noResidue,
  },
  {
    property: 28,
    sentence:
      'what a job of a deployed function saved refuses once it has settled, and never acts for another job',
    run: savedIsDead,
    only: { warmth: 'warm' },
  },
  {
    property: 28,
    sentence:
      'what a job of a deployed function saved acts for that job, as long as it runs, whoever uses it',
    run: savedSpeaksForItsOwner,
    only: { warmth: 'warm' },
  },
  {
    property: 28,
    sentence: 'a job finds nothing that another one left in its globals',
    run: freshFindsNothing,
    only: {
      warmth: 'fresh',
    },
  },
  {
    property: 28,
    sentence: 'a guest callback that a host function kept refuses once its job has settled',
    run: keptCallback,
  },
  {
    property: 28,
    sentence: 'timers and reactions that a job left speak for nobody',
    run: leftTimers,
  },
];
