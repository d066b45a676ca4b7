import { type FunctionProgram, defaultLimits } from '@waybill/protocol';
import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { type Bench, openBench } from './bench.fixture.ts';
import { ProgramCache } from './program-cache.ts';
import { WarmFunctions } from './warm-functions.ts';

const open = (bench: Bench): WarmFunctions =>
  new WarmFunctions(bench.maker, bench.shelf, new ProgramCache());

const programOf = (source: string): FunctionProgram => ({
  program: { source, sourceType: 'module', modules: [] },
  limits: { ...defaultLimits, wallMs: 500 },
});

test('many jobs of a function share the realm that the first of them warmed up', async () => {
  await using bench = openBench();
  const functions = open(bench);
  let fetched = 0;
  const request = {
    key: 'acme/f#1',
    tenant: 'acme',
    attemptId: 1,
    program: async () => {
      fetched += 1;
      return programOf('export default () => 1');
    },
  };
  const leases = await Promise.all([1, 2, 3].map(() => functions.lease(request)));
  expect(new Set(leases.map(({ realm }) => realm)).size).toBe(1);
  expect(fetched).toBe(1);
  for (const lease of leases) lease.release(false);
  expect((await functions.lease(request)).realm).toBe(leases[0]?.realm);
});

test.each([
  ['ERR_WAYBILL_GUEST_SYNTAX', 'export default ('],
  ['ERR_WAYBILL_GUEST_THREW', 'throw new Error("at the top"); export default () => 1'],
  ['ERR_WAYBILL_GUEST_NEVER_SETTLES', 'await new Promise(() => {}); export default () => 1'],
])('a function whose modules fail with %s is not kept', async (code, source) => {
  await using bench = openBench();
  const functions = open(bench);
  const lease = () =>
    functions.lease({
      key: 'f',
      tenant: 'acme',
      attemptId: 1,
      program: async () => programOf(source),
    });
  const both = await Promise.allSettled([lease(), lease()]);
  expect(both).toMatchObject([{ reason: { code } }, { reason: { code } }]);
  expect(bench.shelf.size).toBe(0);
});

test('a function that is dropped while it warms up serves the job that waits for it', async () => {
  await using bench = openBench();
  const functions = open(bench);
  const fetching = deferred<FunctionProgram>();
  const leasing = functions.lease({
    key: 'f',
    tenant: 'acme',
    attemptId: 1,
    program: () => fetching.promise,
  });
  const dropping = functions.drop('f');
  fetching.resolve(programOf('export default () => 1'));
  const lease = await leasing;
  await dropping;
  expect(lease.realm.isolate.state).toBe('open');
  lease.release(false);
  expect(lease.realm.isolate.state).toBe('disposed');
});

test('dropping a function that cannot be warmed up, or that is not known, is no error', async () => {
  await using bench = openBench();
  const functions = open(bench);
  await functions.drop('never deployed');
  const fetching = deferred<FunctionProgram>();
  const leasing = functions.lease({
    key: 'f',
    tenant: 'acme',
    attemptId: 1,
    program: () => fetching.promise,
  });
  const dropping = functions.drop('f');
  fetching.reject(new Error('it was removed'));
  await expect(leasing).rejects.toThrow('it was removed');
  await dropping;
});
