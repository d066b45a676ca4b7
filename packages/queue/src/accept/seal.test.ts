import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SealedWork, UnknownKeyError, makeContextSeal } from './seal.ts';

const keyA = 'a'.repeat(32);
const keyB = 'b'.repeat(32);
const untrusted = expect.objectContaining({ code: 'ERR_WAYBILL_CONTEXT_UNTRUSTED' });

const text = fc.string({ unit: 'binary' });
const wire = fc.record({
  v: fc.constant(1 as const),
  entries: fc.array(fc.tuple(text, text), { maxLength: 4 }),
});
const name = fc.stringMatching(/^[A-Za-z0-9._:-]{1,16}$/);
const nothing: SealedWork = {
  spec: '',
  input: '',
  functionName: undefined,
  functionVersion: undefined,
};
const work: fc.Arbitrary<SealedWork> = fc.record({
  spec: text,
  input: text,
  functionName: fc.option(name),
  functionVersion: fc.option(fc.nat()),
});
const owner = fc.record({ jobId: fc.uuid({ version: 7 }), tenant: name, work });

test('what was sealed opens for its job and its tenant, with each of the keys', () => {
  fc.assert(
    fc.property(wire, owner, (context, whose) => {
      const sealed = makeContextSeal([keyA]).close(context, whose);
      for (const keys of [[keyA], [keyA, keyB], [keyB, keyA]] as const) {
        expect(makeContextSeal(keys).open(sealed, whose)).toEqual(context);
      }
    }),
  );
});

test('it opens for no other job, no other tenant and with no other key', () => {
  fc.assert(
    fc.property(wire, owner, owner, (context, whose, other) => {
      fc.pre(whose.jobId !== other.jobId && whose.tenant !== other.tenant);
      const seal = makeContextSeal([keyA]);
      const sealed = seal.close(context, whose);
      expect(() => seal.open(sealed, { ...whose, jobId: other.jobId })).toThrow(untrusted);
      expect(() => seal.open(sealed, { ...whose, tenant: other.tenant })).toThrow(untrusted);
      expect(() => makeContextSeal([keyB]).open(sealed, whose)).toThrow(UnknownKeyError);
    }),
  );
});

test('it opens for no work that differs in a column', () => {
  fc.assert(
    fc.property(wire, owner, work, (context, whose, other) => {
      const seal = makeContextSeal([keyA]);
      const sealed = seal.close(context, whose);
      for (const column of ['spec', 'input', 'functionName', 'functionVersion'] as const) {
        if (other[column] === whose.work[column]) continue;
        const changed = { ...whose.work, [column]: other[column] };
        expect(() => seal.open(sealed, { ...whose, work: changed })).toThrow(untrusted);
      }
    }),
  );
});

test('a text that was cut, extended or changed in any place does not open', () => {
  const change = fc.record({ at: fc.nat(), cutCount: fc.nat({ max: 3 }), added: text });
  fc.assert(
    fc.property(wire, owner, change, (context, whose, { at, cutCount, added }) => {
      const seal = makeContextSeal([keyA]);
      const sealed = seal.close(context, whose);
      const from = at % (sealed.length + 1);
      const changed = sealed.slice(0, from) + added + sealed.slice(from + cutCount);
      fc.pre(changed !== sealed);
      // Another id of a key is one that nobody here has.
      expect(() => seal.open(changed, whose)).toThrow(/does not have its seal|which is not here/);
    }),
  );
});

test('a seal with the id of a key that did not make it does not open', () => {
  const whose = { jobId: 'job', tenant: 'acme', work: nothing };
  const both = makeContextSeal([keyA, keyB]);
  const [a, b] = [both, makeContextSeal([keyB])].map((seal) =>
    seal.close({ v: 1, entries: [] }, whose),
  );
  const idEnd = 'v1.01234567'.length;
  const mixed = `${a?.slice(0, idEnd)}${b?.slice(idEnd)}`;
  expect(() => both.open(mixed, whose)).toThrow(untrusted);
});

test('a seal that only stands for the same bytes does not open', () => {
  const seal = makeContextSeal([keyA]);
  const whose = { jobId: 'job', tenant: 'acme', work: nothing };
  const sealed = seal.close({ v: 1, entries: [] }, whose);
  const end = 'v1.01234567.'.length + 42;
  // The last of 43 characters has two bits that no byte needs.
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = digits.indexOf(sealed[end] ?? '');
  const changed = `${sealed.slice(0, end)}${digits[last ^ 1]}${sealed.slice(end + 1)}`;
  expect(() => seal.open(changed, whose)).toThrow(untrusted);
});

test('no text that nobody sealed opens', () => {
  const open = (sealed: string): unknown =>
    makeContextSeal([keyA]).open(sealed, { jobId: 'job', tenant: 'acme', work: nothing });
  fc.assert(
    fc.property(text, (made) => {
      expect(() => open(made)).toThrow(untrusted);
    }),
  );
  for (const made of ['', 'v1..', `v1.${'A'.repeat(43)}.{}`, '{"v":1,"entries":[]}']) {
    expect(() => open(made)).toThrow(untrusted);
  }
});
