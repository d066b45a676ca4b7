import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CallerError } from '../errors.ts';
import { didYouMean } from './did-you-mean.ts';
import { parseFunctionSpec } from './function.ts';
import { parseJobSpec } from './job.ts';
import { parseLimits } from './limits.ts';
import { parseSettings } from './settings.ts';

const parsers: readonly ((input: unknown) => unknown)[] = [
  (input) => parseJobSpec(input),
  (input) => parseFunctionSpec(input),
  (input) => parseLimits(input),
  (input) => parseSettings(input, { defaultThreads: 1 }),
];

function expectValueOrCallerError(input: unknown): void {
  for (const parse of parsers) {
    try {
      parse(input);
    } catch (error) {
      expect(error).toBeInstanceOf(CallerError);
    }
  }
}

test('no value at all makes a parser throw anything but a CallerError', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, withMap: true }), expectValueOrCallerError),
  );
});

test('no value in a field makes a parser throw anything but a CallerError', () => {
  const any = fc.anything({ withNullPrototype: true });
  const fields = [
    'id',
    'tenant',
    'source',
    'function',
    'modules',
    'input',
    'limits',
    'name',
    'queue',
    'isolates',
  ];
  const spec = fc.dictionary(fc.constantFrom(...fields, '__proto__', 'constructor'), any);
  fc.assert(fc.property(spec, expectValueOrCallerError));
});

const throwing = (): never => {
  throw new Error('trap');
};
const traps = {
  get: throwing,
  has: throwing,
  ownKeys: throwing,
  getPrototypeOf: throwing,
  getOwnPropertyDescriptor: throwing,
};
const revoked = Proxy.revocable({}, {});
revoked.revoke();

test.each<[string, unknown]>([
  ['a proxy whose traps throw', new Proxy({}, traps)],
  ['a revoked proxy', revoked.proxy],
  [
    'a getter that throws',
    Object.defineProperty({}, 'source', { get: throwing, enumerable: true }),
  ],
  ['a proxy as modules', { source: 'x', modules: new Proxy({}, traps) }],
  ['a proxy that only has no keys', new Proxy({ source: 'x' }, { has: throwing })],
  ['a revoked proxy as limits', { source: 'x', limits: revoked.proxy }],
  ['an unknown key of great length', { source: 'x', ['k'.repeat(1_000_000)]: 1 }],
])('%s is parsed or refused with a CallerError', (_, input) => {
  expectValueOrCallerError(input);
});

test('a hostile input value is passed on without being touched', () => {
  const input = new Proxy({}, traps);
  expect(Object.is(parseJobSpec({ source: 'x', input }).input, input)).toBe(true);
});

test('a suggestion is made for typing mistakes only', () => {
  const keys = ['wallMs', 'cpuMs', 'id'];
  expect(didYouMean('walMs', keys)).toBe('wallMs');
  expect(didYouMean('CPUMS', keys)).toBe('cpuMs');
  expect(didYouMean('xy', keys)).toBeUndefined();
  expect(didYouMean('w'.repeat(100_000), keys)).toBeUndefined();
});

test('modules by the hundred thousand are refused before anything looks at each', () => {
  const modules = Object.fromEntries(Array.from({ length: 300_000 }, (_, at) => [`m${at}`, '']));
  const refused = 'modules: expected at most 10000 modules, got more';
  expect(() => parseJobSpec({ source: '', modules })).toThrow(refused);
  expect(() => parseFunctionSpec({ name: 'f', source: '', modules })).toThrow(refused);
});
