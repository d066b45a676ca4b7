import { deepEqual, equal } from 'node:assert/strict';
import { nobody, whoIsHere, within } from '../context.ts';
import { codeOf, prepare, runAs, valueOf } from '../jobs.ts';
import { type ContractEventName, type ContractLane, opener } from '../lane.ts';
import type { ContractSentence } from '../sentence.ts';

const jobEvents: readonly ContractEventName[] = [
  'job:admitted',
  'job:started',
  'job:logged',
  'host:called',
  'job:settled',
];

async function eventsOfJobs(lane: ContractLane): Promise<void> {
  const heard: Record<string, string[]> = { ann: [], bob: [] };
  const hear = (jobId: string | undefined, what: string): void =>
    void heard[jobId ?? '']?.push(`${what} in the context of ${whoIsHere(lane.context)}`);
  // Listeners belong to somebody, too.
  const stops = within(lane.context, 'listener', () =>
    jobEvents.map((name) => lane.on(name, ({ jobId }) => hear(jobId, name))),
  );
  const program = await prepare(lane, `log('line'); await contract.who(); await across.who()`);
  const labels = ['ann', 'bob'];
  await Promise.all(
    labels.map((id) => runAs(lane, id, { program, id, onLog: () => hear(id, 'onLog') })),
  );
  for (const stop of stops) stop();
  const names = [...jobEvents, 'host:called', 'onLog'];
  for (const label of labels) {
    const expected = names.map((name) => `${name} in the context of ${label}`);
    deepEqual(heard[label]?.toSorted(), expected.toSorted());
  }
}

async function registeredOnce(lane: ContractLane): Promise<void> {
  const program = await prepare(
    lane,
    `return [await host.whoAmI(), await contract.who(), await across.who(), await host.submitter.who()]`,
  );
  for (const label of ['ann', 'bob', 'cid']) {
    const seen = valueOf(await runAs(lane, label, { program }));
    deepEqual(seen, [label, label, label, label]);
  }
  const seen = valueOf(await program.run());
  deepEqual(seen, [nobody, nobody, nobody, nobody], `it was made by ${opener}`);
}

async function oneTick(lane: ContractLane): Promise<void> {
  const program = await prepare(
    lane,
    `log('first'); log('second');
     const seen = await contract.who();
     log('third');
     if (input % 3 === 0) await contract.failNow('expected');
     return [seen, await across.who()]`,
  );
  const begun: string[] = [];
  const stop = lane.on('job:started', ({ jobId }) => begun.push(jobId ?? ''));
  const ids = Array.from({ length: 24 }, (_, index) => `tick-${index}`);
  const outcomes = await Promise.all(
    ids.map((id, input) => runAs(lane, id, { program, id, input })),
  );
  stop();
  deepEqual(begun, ids);
  for (const [index, outcome] of outcomes.entries()) {
    deepEqual(
      outcome.logs.map(({ text }) => text),
      ['first', 'second', 'third'],
    );
    if (index % 3 === 0) equal(codeOf(outcome), 'ERR_WAYBILL_HOST_FUNCTION_THREW');
    else deepEqual(valueOf(outcome), [ids[index], ids[index]]);
  }
}

/** Properties 34 to 36. */
export const events: readonly ContractSentence[] = [
  {
    property: 34,
    sentence:
      'events and log lines of a job are heard in the context of its submitter, not of who listens',
    run: eventsOfJobs,
  },
  {
    property: 35,
    sentence: 'host functions that were given once see whoever calls, never who gave them',
    run: registeredOnce,
  },
  {
    property: 36,
    sentence:
      'jobs that are submitted in one tick begin and log in order, and one that fails touches no other',
    run: oneTick,
  },
];
