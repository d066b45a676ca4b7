import { makeError } from '@waybill/protocol';
import { until } from '@waybill/testkit';
import { openIsolateEngine } from '@waybill/sandbox/isolate';
import { expect, test } from 'vitest';
import { isolateSettings, memoryBytes, openBench } from './bench.fixture.ts';
import { makeRunClock } from './entry-url.ts';
import { IsolateMaker } from './isolate-maker.ts';

test('isolates are made ahead, up to as many as asked for, and a new one follows each that is taken', async () => {
  await using bench = openBench({ preparedPerThread: 2 });
  bench.maker.prepareAhead();
  await until(() => bench.maker.preparedCount === 2);
  await bench.make();
  expect(bench.maker.preparedCount).toBe(1);
  expect(bench.maker.createdCount).toBe(2);
  await until(() => bench.maker.preparedCount === 2);
  expect(bench.maker.createdCount).toBe(3);
});

test('an isolate belongs to the tenant that it was made for', async () => {
  await using bench = openBench();
  const { isolate } = await bench.make('acme');
  expect(isolate.tenant).toBe('acme');
  expect(() => isolate.adopt('globex')).toThrow('second tenant');
});

test('a job with another memory limit does not get an isolate that was made ahead', async () => {
  await using bench = openBench({ preparedPerThread: 1 });
  bench.maker.prepareAhead();
  await until(() => bench.maker.preparedCount === 1);
  const { isolate } = await bench.maker.make('acme', 2 * memoryBytes);
  expect(isolate.memoryBytes).toBe(2 * memoryBytes);
  expect(bench.maker.preparedCount).toBe(1);
});

test('closing disposes all isolates: in use, ahead, and about to be made', async () => {
  await using bench = openBench({ preparedPerThread: 2 });
  bench.maker.prepareAhead();
  await until(() => bench.maker.preparedCount === 2);
  const { isolate } = await bench.make();
  // Not what the others are: it has to be made, and nobody has it yet.
  const making = bench.maker.make('acme', 2 * memoryBytes);
  await bench.maker.close(makeError('ERR_WAYBILL_CLOSED', 'in a test'));
  expect(isolate.state).toBe('disposed');
  expect((await making).isolate.state).toBe('disposed');
  await expect(bench.make()).rejects.toMatchObject({ code: 'ERR_WAYBILL_CLOSED' });
  expect(bench.maker.preparedCount).toBe(0);
});

test('where isolates cannot be made ahead, the job that needs one is told why', async () => {
  const maker = new IsolateMaker({
    settings: { ...isolateSettings, preparedPerThread: 1 },
    memoryBytes: 1,
    engine: openIsolateEngine({
      kit: { hostFunctionNames: [] },
      runningIsolates: 1,
      runClock: makeRunClock(),
      onWedged: () => {},
    }),
  });
  maker.prepareAhead();
  await expect(maker.make('acme', 1)).rejects.toThrow(/memoryLimit/i);
  await expect(maker.make('acme', 1)).rejects.toThrow(/memoryLimit/i);
  await maker.close(makeError('ERR_WAYBILL_CLOSED', 'in a test'));
});
