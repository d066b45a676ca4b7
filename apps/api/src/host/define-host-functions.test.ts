import { expect, test } from 'vitest';
import { type HostFunction, isWaybillError, makeError } from '@waybill/protocol';
import { type HostFunctionSpec, defineHostFunctions } from './define-host-functions.ts';
import { createSecretVault } from './secret-vault.ts';

const token = 'hunter2-"hunter2"';

function define(spec: HostFunctionSpec): (...args: unknown[]) => Promise<unknown> {
  const vault = createSecretVault({ TOKEN: { env: 'TOKEN' } }, { TOKEN: token });
  const { f } = defineHostFunctions({ f: spec }, vault);
  return f as HostFunction as (...args: unknown[]) => Promise<unknown>;
}

const input = [
  { type: 'string', maxLength: 5 },
  { type: 'object', required: ['id'], properties: { id: { type: 'integer', minimum: 1 } } },
];

test('a handler gets what fits its schemas', async () => {
  const f = define({
    input,
    handler: (_call, name: string, { id }: { id: number }) => `${name}${id}`,
  });
  expect(await f('ann', { id: 7 })).toBe('ann7');
});

test.each<[string, unknown[], string]>([
  [
    'of another type',
    [7, { id: 1 }],
    'host.f, argument 1: expected text of up to 5 characters, got 7',
  ],
  [
    'with another part',
    ['ann', { id: 0 }],
    'host.f, argument 2: id expected an integer from 1 or more, got 0',
  ],
  [
    'without a part',
    ['ann', {}],
    'host.f, argument 2: id expected an integer from 1 or more, got nothing',
  ],
  ['that is missing', [], 'host.f, argument 1: expected text of up to 5 characters, got undefined'],
  ['too many', ['a', { id: 1 }, 2], 'host.f: expected at most 2 arguments, got 3'],
])('an argument %s is a fault of the guest', async (_what, args, words) => {
  let called = false;
  const f = define({ input, handler: () => (called = true) });
  await expect(f(...args)).rejects.toMatchObject({
    code: 'ERR_WAYBILL_HOST_ARGUMENT_INVALID',
    blame: 'guest',
    message: words,
  });
  expect(called).toBe(false);
});

test('without schemas nothing is checked', async () => {
  const f = define({ handler: (_call, ...args: unknown[]) => args.length });
  expect(await f(1, 2, 3)).toBe(3);
});

test('a result that does not fit its schema is a fault of the host, and does not show itself', async () => {
  const f = define({ output: { type: 'string' }, handler: () => ({ password: 'x' }) });
  await expect(f()).rejects.toMatchObject({
    code: 'ERR_WAYBILL_HOST_RESULT_INVALID',
    blame: 'host',
    details: { name: 'f', issues: [{ path: 'it', expected: 'text' }] },
  });
});

test.each<[string, (secret: string) => unknown]>([
  ['as it is', (secret) => secret],
  ['inside of text', (secret) => `Bearer ${secret}`],
  ['deep inside', (secret) => [{ a: new Map([['b', new Set([secret])]]) }]],
  ['as a key', (secret) => ({ [secret]: 1 })],
  ['in the text of an error', (secret) => ({ failed: new Error(`no ${secret}`) })],
  ['in the cause of an error', (secret) => new Error('no', { cause: [secret] })],
  ['in an error among others', (secret) => new AggregateError([new Error(secret)])],
  ['in a stack', (secret) => Object.assign(new Error('no'), { stack: secret })],
  ['in bytes', (secret) => Buffer.from(`x${secret}y`)],
  ['in a part of bytes', (secret) => new DataView(new TextEncoder().encode(secret).buffer)],
  ['in a buffer', (secret) => new TextEncoder().encode(secret).buffer],
])('a secret that a handler asked for does not leave in its result %s', async (_where, wrap) => {
  const f = define({ handler: ({ secret }) => wrap(secret('TOKEN')) });
  const failure = await f().catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'ERR_WAYBILL_HOST_RESULT_INVALID' });
  expect(String(failure)).not.toContain('hunter2');
});

test('nor in an error, its stack, its details or its cause', async () => {
  const f = define({
    handler: ({ secret }) => {
      const cause = Object.assign(new Error(`to ${secret('TOKEN')}`), { url: secret('TOKEN') });
      throw new TypeError(`no answer with ${secret('TOKEN')}`, { cause });
    },
  });
  const failure = (await f().catch((error: unknown) => error)) as Error;
  expect(failure).toMatchObject({ name: 'TypeError', message: 'no answer with [secret TOKEN]' });
  expect(
    `${failure.stack} ${JSON.stringify(failure.cause)} ${String(failure.cause)}`,
  ).not.toContain('hunter2');
});

test('nor in part, where a text is longer than what crosses', async () => {
  for (let before = 8_170; before < 8_200; before += 1) {
    const f = define({
      handler: ({ secret }) => {
        throw new Error('x'.repeat(before) + secret('TOKEN').repeat(2));
      },
    });
    const failure = (await f().catch((error: unknown) => error)) as Error;
    expect(failure.message + String(failure.stack)).not.toContain('hunter');
  }
});

test('an error that is its own cause, and whose getters throw, is redacted too', async () => {
  const f = define({
    handler: ({ secret }) => {
      const error = new Error(secret('TOKEN'));
      error.cause = error;
      const get = (): never => {
        throw new Error('from a getter');
      };
      Object.defineProperty(error, 'code', { get, enumerable: true });
      throw error;
    },
  });
  expect(await f().catch((error: unknown) => error)).toMatchObject({ message: '[secret TOKEN]' });
});

test('an error of ours stays one when its details are redacted', async () => {
  const f = define({
    handler: ({ secret }) => {
      const details = { url: secret('TOKEN'), deep: [{ [secret('TOKEN')]: 1 }] };
      throw makeError('ERR_WAYBILL_INVALID_REQUEST', 'no', { details });
    },
  });
  expect(await f().catch((error: unknown) => error)).toMatchObject({
    code: 'ERR_WAYBILL_INVALID_REQUEST',
    details: { url: '[secret TOKEN]', deep: [{ '[secret TOKEN]': 1 }] },
  });
});

test('an error without secrets reaches the guest as it was thrown', async () => {
  const thrown = new RangeError('too far');
  const f = define({
    handler: ({ secret }) => {
      secret('TOKEN');
      throw thrown;
    },
  });
  expect(await f().catch((error: unknown) => error)).toBe(thrown);
});

test('a secret that is not configured is an error of the configuration', async () => {
  const f = define({ handler: ({ secret }) => secret('OTHER') });
  const failure = await f().catch((error: unknown) => error);
  expect(isWaybillError(failure) && failure.code).toBe('ERR_WAYBILL_INVALID_CONFIG');
});

test('a schema that is none is refused when the module is loaded', () => {
  expect(() => define({ input: [{ typ: 'string' }], handler: () => 1 })).toThrow('typ');
});

test('a result with a cycle ends the search for secrets', async () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const f = define({
    handler: ({ secret }) => {
      secret('TOKEN');
      return cycle;
    },
  });
  expect(await f()).toBe(cycle);
});
