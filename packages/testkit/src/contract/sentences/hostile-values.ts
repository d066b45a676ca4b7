import { deepEqual, equal } from 'node:assert/strict';
import { codeOf, prepare, runAs, valueAs, valueOf } from '../jobs.ts';
import type { ContractLane } from '../lane.ts';
import type { ContractSentence } from '../sentence.ts';

async function prototypeKeys(lane: ContractLane): Promise<void> {
  const text = `{"constructor":{"prototype":{"polluted":2}},"prototype":3,"toString":4,"then":5}`;
  const program = await prepare(
    lane,
    `const own = JSON.parse(input);
     const back = await contract.echo(own);
     return { back, polluted: [{}.polluted, back.polluted, Object.getPrototypeOf(back) === Object.prototype], own }`,
  );
  const outcome = await runAs(lane, 'ann', { program, input: text });
  const { back, polluted, own } = valueOf(outcome) as Record<string, unknown>;
  deepEqual(polluted, [undefined, undefined, true]);
  deepEqual([JSON.stringify(back), JSON.stringify(own)], [text, text]);
  equal(Object.getPrototypeOf(own), Object.prototype);
  equal(({} as Record<string, unknown>)['polluted'], undefined);
}

/** Values that cannot cross, made by the guest, and the code that each is refused with. */
const refusedArguments: Readonly<Record<string, readonly [make: string, code: string]>> = {
  'a value that is too deep': [
    `let deep = 1; for (let level = 0; level < 1_000; level++) deep = [deep]; return deep`,
    'ERR_WAYBILL_GUEST_ARGUMENT_NOT_CARRIABLE',
  ],
  'a value that is too large': [
    `return 'x'.repeat(9 * 2 ** 20)`,
    'ERR_WAYBILL_HOST_CALL_TOO_LARGE',
  ],
  'a cycle': [
    `const loop = {}; loop.loop = loop; return loop`,
    'ERR_WAYBILL_GUEST_ARGUMENT_NOT_CARRIABLE',
  ],
  'a symbol': [`return Symbol('s')`, 'ERR_WAYBILL_GUEST_ARGUMENT_NOT_CARRIABLE'],
  'a promise': [`return [Promise.resolve(1)]`, 'ERR_WAYBILL_GUEST_ARGUMENT_NOT_CARRIABLE'],
  'a Proxy': [`return new Proxy({}, {})`, 'ERR_WAYBILL_GUEST_ARGUMENT_NOT_CARRIABLE'],
  'a WeakMap': [`return new WeakMap()`, 'ERR_WAYBILL_GUEST_ARGUMENT_NOT_CARRIABLE'],
  'a key named __proto__': [
    `return JSON.parse('{"__proto__":{"polluted":1}}')`,
    'ERR_WAYBILL_GUEST_ARGUMENT_NOT_CARRIABLE',
  ],
};

const resultCode: Readonly<Record<string, string>> = {
  ERR_WAYBILL_GUEST_ARGUMENT_NOT_CARRIABLE: 'ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE',
  ERR_WAYBILL_HOST_CALL_TOO_LARGE: 'ERR_WAYBILL_GUEST_RESULT_TOO_LARGE',
};

async function isRefused(
  lane: ContractLane,
  [make, code]: readonly [make: string, code: string],
): Promise<void> {
  const program = await prepare(
    lane,
    `const make = () => { ${make} };
     if (input === 'returns') return [make()];
     const refused = await contract.echo([make()]).then(() => 'crossed', (error) => error.code);
     return [refused, await contract.who()]`,
  );
  deepEqual(valueOf(await runAs(lane, 'ann', { program })), [code, 'ann']);
  equal(codeOf(await runAs(lane, 'ann', { program, input: 'returns' })), resultCode[code]);
}

async function getterThrows(lane: ContractLane): Promise<void> {
  const seen = await valueAs(
    lane,
    'ann',
    `const thrown = new RangeError('from the getter');
     const evil = { get x() { void contract.note('from a getter'); throw thrown } };
     return [await contract.echo(evil).then(() => 'crossed', (error) => error === thrown), await contract.who()]`,
  );
  deepEqual(seen, [true, 'ann']);
  deepEqual(await lane.call('contract.notes', 1), ['ann: from a getter']);
}

/** Property 45. */
export const hostileValues: readonly ContractSentence[] = [
  {
    property: 45,
    sentence: 'keys like constructor and prototype are data on every side',
    run: prototypeKeys,
  },
  ...Object.entries(refusedArguments).map(([what, refusal]) => ({
    property: 45,
    sentence: `${what} is refused as an argument and as a result, and the job goes on in its context`,
    run: (lane: ContractLane) => isRefused(lane, refusal),
  })),
  {
    property: 45,
    sentence: 'a getter that throws, and calls the host meanwhile, harms only its own call',
    run: getterThrows,
  },
];
