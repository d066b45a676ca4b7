import { type Outcome, unwrap } from '@waybill/orchestrator';
import { expect, test } from 'vitest';
import { withOrchestrator } from '../support/with-orchestrator.ts';

// The addon throws a rejection that nobody handled out of whichever call into the isolate comes next.
const messages = [
  'just left behind',
  'Script execution timed out.',
  'Isolate was disposed during execution due to memory limit',
  'Isolate is disposed',
];

const leaves = (message: string): string => `
  export default async (waits, { host }) => {
    for (let count = 0; count < 20; count++) void Promise.reject(new Error(${JSON.stringify(message)}));
    void (async () => { throw 42 })();
    if (waits) await host.turn();
    return 'left';
  }`;

const works = `export default async (input, { host, log }) => {
  log('works');
  for (let count = 0; count < 5; count++) await host.turn();
  return input;
}`;

test.each(messages)(
  'a rejection "%s" that one job leaves behind fails neither this job nor another of its tenant',
  async (message) => {
    await withOrchestrator({ hostFunctions: { turn: () => 1 } }, async (waybill) => {
      const jobs: Promise<Outcome>[] = [];
      for (let index = 0; index < 20; index++) {
        jobs.push(waybill.run({ source: leaves(message), input: index % 2 === 0 }));
        jobs.push(waybill.run({ source: works, input: index }));
      }
      const outcomes = await Promise.all(jobs);
      const expected = outcomes.map((_, index) => (index % 2 === 0 ? 'left' : (index - 1) / 2));
      expect(outcomes.map(unwrap)).toEqual(expected);
      const { pool } = await waybill.stats();
      expect(pool.threads[0]).toMatchObject({ isolatesRecycledCount: 0, wedgedCount: 0 });
    });
  },
);

test.each(messages)(
  'a rejection "%s" left behind in a warm realm fails no job that shares it',
  async (message) => {
    await withOrchestrator({ hostFunctions: { turn: () => 1 } }, async (waybill) => {
      const source = `
        const leave = (${leaves(message).replace('export default', '')});
        const work = (${works.replace('export default', '')});
        export default ([role, input], tools) => role === 'leaves' ? leave(input, tools) : work(input, tools);`;
      await using deployment = await waybill.deploy({ name: 'f', source });
      const roles = Array.from({ length: 40 }, (_, index) =>
        index % 2 === 0 ? 'leaves' : 'works',
      );
      const outcomes = await Promise.all(roles.map((role) => deployment.run([role, role])));
      expect(outcomes.map(unwrap)).toEqual(
        roles.map((role) => (role === 'leaves' ? 'left' : role)),
      );
    });
  },
);

test('a rejection that is left behind while modules are evaluated does not fail the job', async () => {
  await withOrchestrator({}, async (waybill) => {
    const source = `void Promise.reject(new Error('at the top')); await null; export default () => 'fine'`;
    const outcomes = await Promise.all([1, 2, 3].map(() => waybill.run({ source })));
    expect(outcomes.map(unwrap)).toEqual(['fine', 'fine', 'fine']);
  });
});

test('a host call that fails and is not awaited fails nobody', async () => {
  const hostFunctions = {
    fail: async () => {
      throw new Error('not awaited');
    },
    turn: () => 1,
  };
  await withOrchestrator({ hostFunctions }, async (waybill) => {
    const source = `export default async (_, { host }) => { void host.fail(); await host.turn(); return 'fine' }`;
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => waybill.run({ source })));
    expect(outcomes.map(unwrap)).toEqual(['fine', 'fine', 'fine', 'fine']);
    expect(unwrap(await waybill.run({ source: works, input: 'after' }))).toBe('after');
  });
});
