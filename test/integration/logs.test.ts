import type { LogLine } from '@waybill/orchestrator';
import { expect, test } from 'vitest';
import { tenant } from '../support/variables.ts';
import { withOrchestrator } from '../support/with-orchestrator.ts';

test('every line is kept with its level, in the order it was written, through log and console alike', async () => {
  await withOrchestrator({ hostFunctions: { turn: () => 1 } }, async (waybill) => {
    const source = `
      console.info('module');
      export default async (_, { host, log }) => {
        log('one', 1, { a: [true] }, null, undefined);
        console.debug('two');
        await host.turn();
        log.warn('three');
        console.error(new RangeError('four'));
        log.info('five'); log.error('six'); log.debug('seven'); console.log('eight');
      }`;
    const { logs } = await waybill.run({ source });
    const rows = logs.map(({ level, text }) => [level, text.split('\n')[0]]);
    expect(rows).toEqual([
      ['info', 'module'],
      ['log', 'one 1 {"a":[true]} null undefined'],
      ['debug', 'two'],
      ['warn', 'three'],
      ['error', 'RangeError: four'],
      ['info', 'five'],
      ['error', 'six'],
      ['debug', 'seven'],
      ['log', 'eight'],
    ]);
    expect(logs.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index));
    const times = logs.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });
});

test('a log callback and an event hear exactly the lines of the outcome, in order, before run resolves', async () => {
  await withOrchestrator({ hostFunctions: { turn: () => 1 } }, async (waybill) => {
    const source = `export default async (count, { host, log }) => {
      for (let index = 0; index < count; index++) {
        log('line', index);
        if (index % 3 === 0) await host.turn();
      }
    }`;
    for (const count of [1, 2, 30]) {
      const heard: LogLine[] = [];
      const events: LogLine[] = [];
      const off = waybill.on('job:logged', ({ line }) => events.push(line));
      const onLog = (line: LogLine): void => void heard.push(line);
      const { logs } = await waybill.run({ source, input: count }, { onLog });
      expect(logs).toHaveLength(count);
      expect(heard).toEqual(logs);
      expect(events).toEqual(logs);
      off();
    }
  });
});

test('what a failed job had logged is in its outcome', async () => {
  await withOrchestrator({}, async (waybill) => {
    const endings = [
      'throw new Error("x")',
      'for (;;);',
      'await new Promise((done) => { setTimeout(done, 1e8); })',
    ];
    for (const ending of endings) {
      const source = `export default async (_, { log }) => { log('before'); await null; ${ending} }`;
      const outcome = await waybill.run({ source, limits: { cpuMs: 100, wallMs: 1_000 } });
      expect([outcome.ok, outcome.logs.map(({ text }) => text)]).toEqual([false, ['before']]);
    }
  });
});

test('a job that logs too many lines keeps the first ones and one line that says so', async () => {
  await withOrchestrator({}, async (waybill) => {
    const source = `export default (_, { log }) => { for (let i = 0; i < 3_000; i++) log(i); return 'done' }`;
    const outcome = await waybill.run({ source, limits: { logLines: 10 } });
    expect(outcome).toMatchObject({ ok: true, value: 'done' });
    expect(outcome.logs.map(({ text }) => text)).toEqual([
      ...Array.from({ length: 10 }, (_, index) => String(index)),
      '[log cut off: more than 10 lines]',
    ]);
    expect(outcome.logs.at(-1)?.level).toBe('warn');
  });
});

test('a job that logs too much text keeps what fits, and no character is cut in two', async () => {
  await withOrchestrator({}, async (waybill) => {
    const source = `export default (_, { log }) => { log('1234'); log('äöü'); log('lost'); return 'done' }`;
    const outcome = await waybill.run({ source, limits: { logBytes: 7 } });
    expect(outcome.logs.map(({ text }) => text)).toEqual([
      '1234',
      'ä[log cut off: more than 7 bytes]',
    ]);
    expect(outcome.bill.logBytes).toBe(6);
    const large = `export default (_, { log }) => { log('x'.repeat(50 * 2 ** 20)); return 'done' }`;
    const kept = await waybill.run({ source: large });
    expect(kept).toMatchObject({ ok: true, bill: { logBytes: 65_536 } });
  });
});

test('hostile values are logged as text, and a log call never fails the guest', async () => {
  await withOrchestrator({}, async (waybill) => {
    const source = `export default (_, { log }) => {
      const cycle = {}; cycle.cycle = cycle;
      log(cycle); log(1n, { big: 2n }); log(Symbol('s')); log(() => 1);
      log({ toJSON() { throw new Error('no') } });
      log({ get stack() { throw new Error('no') } });
      return 'done';
    }`;
    const outcome = await waybill.run({ source });
    expect(outcome).toMatchObject({ ok: true, value: 'done' });
    expect(outcome.logs).toHaveLength(6);
  });
});

test('a log callback or listener that throws harms neither its job nor another one', async () => {
  const uncaught: unknown[] = [];
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => uncaught.push(error.message));
  try {
    await withOrchestrator({ hostFunctions: { turn: () => 1 } }, async (waybill) => {
      waybill.on('job:settled', () => {
        throw new Error('listener');
      });
      const onLog = (): void => {
        throw new Error('callback');
      };
      const source = `export default async (_, { host, log }) => { log('a'); await host.turn(); return 'done' }`;
      const outcomes = await Promise.all([
        waybill.run({ source }, { onLog }),
        waybill.run({ source }),
      ]);
      expect(outcomes).toMatchObject([{ value: 'done' }, { value: 'done' }]);
    });
    expect(uncaught.map(String).toSorted()).toEqual(['callback', 'listener', 'listener']);
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
  }
});

test('lines of jobs that run at once in one realm go to the job that wrote them', async () => {
  await withOrchestrator({ hostFunctions: { turn: () => 1 } }, async (waybill) => {
    const source = `export default async (who, { host, log }) => {
      for (let index = 0; index < 5; index++) { log(who); await host.turn(); }
    }`;
    const deployment = await waybill.deploy({ name: 'f', source });
    const names = Array.from({ length: 20 }, (_, index) => `job-${index}`);
    const jobs = names.map((name) => tenant.run(name, () => deployment.run(name)));
    for (const [index, { logs }] of (await Promise.all(jobs)).entries()) {
      expect(logs.map(({ text }) => text)).toEqual(Array.from({ length: 5 }, () => names[index]));
    }
  });
});
