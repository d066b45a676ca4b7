import { unwrap } from '@waybill/orchestrator';
import { expect, test } from 'vitest';
import { withOrchestrator } from '../support/with-orchestrator.ts';
import { workerFunctions } from '../support/worker-functions.ts';

type Callback = (...args: unknown[]) => Promise<unknown>;

const hostFunctions = {
  'here.echo': (...values: unknown[]) => values[0],
  'here.call': async (callback: Callback, ...args: unknown[]) => callback(...args),
  'here.fail': async (message: string) => {
    throw Object.assign(new Error(message, { cause: new TypeError('the cause') }), {
      code: 'E_OWN',
    });
  },
  'here.failNow': (message: string) => {
    throw new RangeError(message);
  },
};

const sides = ['here', 'worker'] as const;

/** Each value with the guest's expression for it, so that both directions are compared. */
const values: readonly (readonly [expression: string, value: unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['[undefined, null, true]', [undefined, null, true]],
  ['-0', -0],
  ['[NaN, Infinity, -Infinity]', [Number.NaN, Infinity, -Infinity]],
  ['2n ** 100n', 2n ** 100n],
  ['-5n', -5n],
  [`'\\u0000 \\ud83d\\ude00 \\ud800 \\u2028'`, '\u0000 \u{1f600} \ud800 \u2028'],
  [`'#not a tag'`, '#not a tag'],
  ['new Date(1234567890123)', new Date(1234567890123)],
  ['new Date(NaN)', new Date(Number.NaN)],
  [
    'new Map([[1, new Set([2])], [{ a: 1 }, undefined]])',
    new Map<unknown, unknown>([
      [1, new Set([2])],
      [{ a: 1 }, undefined],
    ]),
  ],
  ['new Uint8Array([0, 1, 127, 128, 255])', new Uint8Array([0, 1, 127, 128, 255])],
  ['new Float64Array([1.5, NaN, -0])', new Float64Array([1.5, Number.NaN, -0])],
  ['new BigInt64Array([-1n, 2n ** 62n])', new BigInt64Array([-1n, 2n ** 62n])],
  ['new Uint16Array([1, 2, 3, 4]).subarray(1, 3)', new Uint16Array([2, 3])],
  ['new Uint8Array([1, 2]).buffer', new Uint8Array([1, 2]).buffer],
  [
    '({ a: { b: [1, { c: 2n }] }, toString: 5, constructor: 6 })',
    { a: { b: [1, { c: 2n }] }, toString: 5, constructor: 6 },
  ],
  [`['u', ['n', '1'], '#']`, ['u', ['n', '1'], '#']],
];

test.each(values)('%s survives every border in both directions', async (expression, value) => {
  await withOrchestrator(
    { hostFunctions, workerHostFunctions: workerFunctions },
    async (waybill) => {
      const source = `export default async (input, { host }) => {
        const own = ${expression};
        return [input, own, await host.here.echo(own), await host.worker.echo(input)];
      }`;
      const outcome = await waybill.run({ source, input: value });
      expect(unwrap(outcome)).toStrictEqual([value, value, value, value]);
    },
  );
});

test('what crosses is a copy: neither side changes the value of the other', async () => {
  const kept: { list: number[] }[] = [];
  const keep = (value: { list: number[] }): object => {
    kept.push(value);
    value.list.push(2);
    return value;
  };
  await withOrchestrator({ hostFunctions: { keep } }, async (waybill) => {
    const input = { list: [0] };
    const source = `export default async (input, { host }) => {
      input.list.push(1);
      const back = await host.keep(input);
      back.list.push(3);
      return input;
    }`;
    expect(unwrap(await waybill.run({ source, input }))).toEqual({ list: [0, 1] });
    expect([input, kept]).toEqual([{ list: [0] }, [{ list: [0, 1, 2] }]]);
  });
});

test.each(sides)(
  'a string of 5 MB and as many bytes cross to a host function %s and back',
  async (side) => {
    await withOrchestrator(
      {
        hostFunctions,
        workerHostFunctions: workerFunctions,
        limits: { resultBytes: 32 * 2 ** 20 },
      },
      async (waybill) => {
        const source = `export default async (input, { host }) => {
        const bytes = new Uint8Array(5 * 2 ** 20).map((_, index) => index);
        return [await host.${side}.echo(input), await host.${side}.echo(bytes)];
      }`;
        const input = 'é'.repeat(2.5 * 2 ** 20);
        const [text, bytes] = unwrap(await waybill.run<[string, Uint8Array]>({ source, input }));
        expect(text === input).toBe(true);
        expect([bytes.length, bytes[255], bytes[256 * 7 + 3]]).toEqual([5 * 2 ** 20, 255, 3]);
      },
    );
  },
);

test.each(sides)(
  'an error of a host function %s reaches the guest with name, message and code',
  async (side) => {
    await withOrchestrator(
      { hostFunctions, workerHostFunctions: workerFunctions },
      async (waybill) => {
        const source = `export default async (_, { host }) => {
        const caught = [];
        for (const name of ['fail', 'failNow']) {
          try { await host.${side}[name]('no such user') } catch (error) {
            caught.push([error instanceof Error, error.name, error.message, error.code, typeof error.stack]);
          }
        }
        return caught;
      }`;
        expect(unwrap(await waybill.run({ source }))).toEqual([
          [true, 'Error', 'no such user', 'E_OWN', 'string'],
          [true, 'RangeError', 'no such user', undefined, 'string'],
        ]);
      },
    );
  },
);

test.each(sides)(
  'a host function %s calls back into the guest, which calls the host again',
  async (side) => {
    await withOrchestrator(
      { hostFunctions, workerHostFunctions: workerFunctions },
      async (waybill) => {
        const source = `export default async (_, { host }) => {
        const calls = [];
        const add = async (a, b) => {
          calls.push([a, b]);
          return await host.${side}.call(async (sum) => await host.here.echo(sum) + await host.worker.echo(1), a + b);
        };
        const results = await Promise.all([host.${side}.call(add, 1, 2), host.${side}.call(add, 3n, 4n).catch((e) => e.name)]);
        return [results, calls];
      }`;
        expect(unwrap(await waybill.run({ source }))).toEqual([
          [4, 'GuestError'],
          [
            [1, 2],
            [3n, 4n],
          ],
        ]);
      },
    );
  },
);

test.each(sides)(
  'what a guest callback throws reaches the host function %s and, if let through, the guest',
  async (side) => {
    await withOrchestrator(
      { hostFunctions, workerHostFunctions: workerFunctions },
      async (waybill) => {
        const source = `export default async (_, { host }) => {
        try {
          await host.${side}.call(() => { throw new RangeError('from the callback') });
        } catch (error) { return error.message }
      }`;
        expect(unwrap(await waybill.run<string>({ source }))).toContain('from the callback');
      },
    );
  },
);

test('an error is a value too: its name and message cross in both directions', async () => {
  await withOrchestrator(
    { hostFunctions, workerHostFunctions: workerFunctions },
    async (waybill) => {
      const source = `export default async (input, { host }) => [
        [input instanceof Error, input.name, input.message],
        await host.here.echo(new TypeError('from the guest')),
        await host.worker.echo(input),
      ]`;
      const outcome = await waybill.run<unknown[]>({ source, input: new RangeError('from here') });
      const [seen, ...back] = unwrap(outcome);
      expect(seen).toEqual([true, 'RangeError', 'from here']);
      expect(back.map((error) => error instanceof Error)).toEqual([true, true]);
      expect(back).toMatchObject([
        { name: 'TypeError', message: 'from the guest' },
        { name: 'RangeError', message: 'from here' },
      ]);
    },
  );
});

test('a callback that a host function in the worker keeps refuses with ERR_WAYBILL_JOB_ENDED after the job', async () => {
  await withOrchestrator({ workerHostFunctions: workerFunctions }, async (waybill) => {
    const keeps = `export default (_, { host }) => host.worker.keep((when) => when)`;
    expect(unwrap(await waybill.run({ source: keeps }))).toBe('now');
    const calls = `export default (_, { host }) => host.worker.callKept()`;
    expect(unwrap(await waybill.run({ source: calls }))).toBe('ERR_WAYBILL_JOB_ENDED');
  });
});

test('a callback that a host function here keeps refuses with ERR_WAYBILL_JOB_ENDED after the job', async () => {
  const kept: Callback[] = [];
  const keep = async (callback: Callback): Promise<unknown> => {
    kept.push(callback);
    return callback('now');
  };
  await withOrchestrator({ hostFunctions: { keep } }, async (waybill) => {
    const source = `export default (_, { host }) => host.keep((when) => when)`;
    expect(unwrap(await waybill.run({ source }))).toBe('now');
    await expect(kept[0]?.('later')).rejects.toMatchObject({
      code: 'ERR_WAYBILL_JOB_ENDED',
      blame: 'guest',
    });
  });
});
