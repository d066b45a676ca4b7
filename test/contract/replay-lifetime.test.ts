// Replays what these of Node.js check: test-async-local-storage-{gcable,weak-asyncwrap-leak} and
// test-async-hooks-{vm-gc,worker-asyncfn-terminate-1,-2,-3,-4}; and of test262: AsyncContext/context-propagation/
// FinalizationRegistry. With them, what the proposal says of module evaluation: it starts in the empty context.
import { type Outcome, createOrchestrator, unwrap } from '@waybill/orchestrator';
import { leakCheck } from '@waybill/testkit';
import { describe, expect, test } from 'vitest';
import { foreign, request, session, tenant } from '../support/variables.ts';
import { engines, inOwn, optionsOf } from './replay-bench.ts';
import { collected, garbage, lifetimes } from './replay-garbage.fixture.ts';
import { type Errand, hostFunctionsOf, jobOf, steps } from './replay-steps.fixture.ts';
import { onEachEngine, replay } from './replay-suite.ts';

function codeOf(error: unknown): unknown {
  return Object(error).code;
}

replay(garbage);

onEachEngine(lifetimes, ({ cross, send, waybill }) => {
  describe.each(steps)('%s,', (step) => {
    const waiting: Errand = { side: 'here', step, program: 'wait for ever' };
    const fail = (): Promise<never> => Promise.reject(new Error('asked for'));
    const beLate = async (): Promise<unknown> =>
      unwrap(await waybill().run({ ...jobOf(waiting), limits: { wallMs: 100 } }));
    const cancel = async (): Promise<unknown> => {
      const controller = new AbortController();
      const off = waybill().on('job:started', () => controller.abort());
      return unwrap(await waybill().run(jobOf(waiting), controller).finally(off));
    };
    test.each<[how: string, code: RegExp, end: () => Promise<unknown>]>([
      ['returns', /none/, () => cross(step)()],
      // Whose failure it is depends on the last border that it came over.
      ['fails', /_THREW$/, () => cross(step)(fail)],
      ['is too late', /_(TIMEOUT|DEADLINE_EXCEEDED)$/, beLate],
      ['is cancelled', /_CANCELLED$/, cancel],
    ])(
      'what a submitter had in its stores is collected after its job %s',
      async (_how, code, end) => {
        const visit = async (): Promise<WeakRef<object>[]> => {
          const values = [{ id: 'own' }, { user: 'Ann' }] as const;
          const ended = request.run(values[0], () => session.run(values[1], end));
          expect(await ended.then(() => 'none', codeOf)).toMatch(code);
          return values.map((value) => new WeakRef(value));
        };
        await collected(await visit());
      },
    );

    test('what was carried to a pool thread is collected there after the jobs', async () => {
      const held = { side: 'there', step, program: 'hold the request weakly' } as const;
      await Promise.all([1, 2, 3].map(() => inOwn(() => send(held))));
      const asked = { ...held, program: 'count the requests that are collected' };
      expect(await request.exit(() => send(asked))).toBe(3);
    });
  });
});

describe.each(engines)('%s:', (engine) => {
  /** Runs a job of which only its failure comes back, and looks at the context that it comes back to. */
  async function failure(job: () => Promise<Outcome>): Promise<unknown> {
    return foreign.run('foreign', () =>
      inOwn(async () => {
        const outcome = await job();
        const code = outcome.ok ? undefined : outcome.error.code;
        return [code, tenant.get(), request.getStore()?.id, foreign.getStore()];
      }),
    );
  }

  test.each(steps)(
    'a thread ends although async functions run in it, and their submitters hear of it in their own contexts (%s)',
    async (step) => {
      await using scope = new AsyncDisposableStack();
      scope.use(leakCheck());
      const started = Promise.withResolvers<void>();
      const hostFunctions = {
        ...hostFunctionsOf('here', lifetimes),
        nest: async () => started.resolve(),
      };
      const waybill = scope.use(
        await createOrchestrator({ ...optionsOf(engine), hostFunctions, graceMs: 0 }),
      );
      waybill.on('host:called', () => started.resolve());
      const errand: Errand = { side: 'there', step, program: 'never end, while hooks listen' };
      const jobs = [1, 2, 3].map(() => failure(() => waybill.run(jobOf(errand))));
      await started.promise;
      await waybill.close();
      const seen = ['ERR_WAYBILL_CLOSED', 'own', 'own', 'foreign'];
      expect(await Promise.all(jobs)).toEqual([seen, seen, seen]);
    },
  );

  test.each(steps)(
    'a thread that exits in an async function is replaced by one that sees the contexts of its own jobs (%s)',
    async (step) => {
      await using scope = new AsyncDisposableStack();
      scope.use(leakCheck());
      const hostFunctions = { ...hostFunctionsOf('here', lifetimes), nest: () => undefined };
      const waybill = scope.use(await createOrchestrator({ ...optionsOf(engine), hostFunctions }));
      const program = 'exit after a crossing, while hooks listen';
      const errand: Errand = { side: 'there', step, program };
      const seen = await failure(() => waybill.run(jobOf(errand)));
      expect(seen).toEqual(['ERR_WAYBILL_WORKER_EXITED', 'own', 'own', 'foreign']);
      const next: Errand = { side: 'there', step: 'hostCall', program: 'see' };
      const other = ['other', undefined, undefined];
      expect(await tenant.run('other', () => waybill.run(jobOf(next)))).toMatchObject({
        value: [other, other, other],
      });
    },
  );

  test('a module of host functions is evaluated in the empty context, whoever has the thread started', async () => {
    await using scope = new AsyncDisposableStack();
    scope.use(leakCheck());
    const open = inOwn(() => createOrchestrator(optionsOf(engine)));
    const waybill = scope.use(await open);
    const source = `export default (_, { host }) => host.there.start()`;
    expect(await inOwn(() => waybill.run({ source }))).toMatchObject({
      value: { tenant: undefined, request: undefined },
    });
  });
});
