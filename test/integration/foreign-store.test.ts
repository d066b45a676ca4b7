import { context, createContextKey, type Span, trace as tracing } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { seededRandom } from '@waybill/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pause } from '../support/pause.ts';
import { foreign, request, tenant } from '../support/variables.ts';
import { withOrchestrator } from '../support/with-orchestrator.ts';
import { workerFunctions } from '../support/worker-functions.ts';

const customer = createContextKey('customer');

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});

afterAll(() => {
  context.disable();
});

function spanOf(index: number): Span {
  const traceId = index.toString(16).padStart(32, '0');
  return tracing.wrapSpanContext({ traceId, spanId: '00000000000000aa', traceFlags: 1 });
}

/** What OpenTelemetry knows here. */
function active(): readonly [Span | undefined, unknown] {
  return [tracing.getActiveSpan(), context.active().getValue(customer)];
}

test.each([{ warm: false }, { warm: true }])(
  'every host function here sees the active span and the context keys of its submitter (warm: $warm)',
  async ({ warm }) => {
    const random = seededRandom(7);
    const wrong: string[] = [];
    const spans = Array.from({ length: 60 }, (_, index) => spanOf(index + 1));
    const look = (where: string, index: number): void => {
      const [span, key] = active();
      if (span !== spans[index] || key !== `customer-${index}`) wrong.push(`${where} ${index}`);
    };
    const hostFunctions = {
      look: async (index: number, waitMs: number) => {
        look('before', index);
        await pause(waitMs);
        look('after', index);
        if (waitMs === 3) throw new Error('asked for');
      },
    };
    const source = `export default async ({ index, waits }, { host }) => {
      for (const wait of waits) await host.look(index, wait).catch(() => host.look(index, 0));
      await Promise.all(waits.map((wait) => host.look(index, wait % 3)));
    }`;
    await withOrchestrator({ hostFunctions, threads: 2 }, async (waybill) => {
      await waybill.deploy({ name: 'f', source });
      waybill.on('job:settled', ({ jobId }) => look('event', Number(jobId)));
      const jobs = spans.map((span, index) => {
        const input = { index, waits: Array.from({ length: 10 }, () => random.integer(4)) };
        const job = { id: String(index), input, ...(warm ? { function: 'f' } : { source }) };
        const own = tracing.setSpan(context.active(), span).setValue(customer, `customer-${index}`);
        return context.with(own, async () => {
          const outcome = await waybill.run(job);
          look('after run', index);
          return outcome.ok;
        });
      });
      expect(await Promise.all(jobs)).toEqual(spans.map(() => true));
      expect(wrong).toEqual([]);
    });
  },
);

test('what a host function here enters stays in that call: no other call, job, event or submitter sees it', async () => {
  const seen: unknown[] = [];
  const hostFunctions = {
    enter: async (value: string) => {
      foreign.enterWith(value);
      await pause();
      foreign.enterWith(`${value} again`);
      return foreign.getStore();
    },
    look: () => foreign.getStore(),
  };
  const source = `export default async (value, { host, log }) => {
    const before = await host.look();
    const entered = await host.enter(value);
    log('between');
    const [, after] = await Promise.all([host.enter(value), host.look()]);
    return [before, entered, after, await host.look()];
  }`;
  await withOrchestrator({ hostFunctions }, async (waybill) => {
    waybill.on('job:settled', () => seen.push(foreign.getStore()));
    waybill.on('host:called', () => seen.push(foreign.getStore()));
    const onLog = (): void => void seen.push(foreign.getStore());
    const run = async (input: string): Promise<unknown> => {
      const outcome = await waybill.run({ source, input }, { onLog });
      seen.push(foreign.getStore());
      return outcome.ok ? outcome.value : outcome.error;
    };
    const own = await foreign.run('own', () => run('entered'));
    expect(own).toEqual(['own', 'entered again', 'own', 'own']);
    expect(new Set(seen)).toEqual(new Set(['own']));
    seen.length = 0;
    expect(await run('other')).toEqual([undefined, 'other again', undefined, undefined]);
    expect(new Set(seen)).toEqual(new Set([undefined]));
  });
});

test.each([{ warm: false }, { warm: true }])(
  'what a host function in the worker enters stays in that call (warm: $warm)',
  async ({ warm }) => {
    const source = `export default async (value, { host }) => {
      const before = await host.worker.seen();
      const entered = await host.worker.enter(value);
      const [, beside] = await Promise.all([host.worker.enter(value), host.worker.seenLater()]);
      const after = await host.worker.seen();
      return { entered, stores: [before, beside, after].map((seen) => [seen.foreign, seen.request?.id]) };
    }`;
    await withOrchestrator({ workerHostFunctions: workerFunctions }, async (waybill) => {
      await waybill.deploy({ name: 'f', source });
      const target = warm ? { function: 'f' } : { source };
      const own = [undefined, 'r1'];
      const run = (): Promise<unknown> => waybill.run({ ...target, input: 'entered' });
      expect(await tenant.run('a', () => request.run({ id: 'r1' }, run))).toMatchObject({
        value: { entered: 'entered again', stores: [own, own, own] },
      });
      const none = [undefined, undefined];
      expect(await run()).toMatchObject({ value: { stores: [none, none, none] } });
    });
  },
);
