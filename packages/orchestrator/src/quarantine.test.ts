import type { Program } from '@waybill/protocol';
import { expect, test } from 'vitest';
import { programHash } from './program-hash.ts';
import { type GuestProgram, Quarantine } from './quarantine.ts';

const programOf = (source: string): Program => ({ source, sourceType: 'module', modules: [] });
const program = programOf('export default () => 1');
const guest: GuestProgram = { tenant: 'acme', programHash: programHash(program) };

test('a program is refused after its second strike, until it is released', () => {
  const told: GuestProgram[] = [];
  const quarantine = new Quarantine((each) => void told.push(each));
  quarantine.strike(guest, 1);
  expect(quarantine.refuses('acme', program)).toBeUndefined();
  quarantine.strike(guest, 2);
  quarantine.strike(guest, 3);
  expect(quarantine.refuses('acme', program)).toBe(guest.programHash);
  expect(quarantine.refuses('globex', program)).toBeUndefined();
  expect(told).toEqual([guest]);
  expect(quarantine.list()).toEqual([{ ...guest, sinceMs: expect.any(Number) }]);
  expect(quarantine.release('acme', guest.programHash)).toBe(true);
  expect(quarantine.release('acme', guest.programHash)).toBe(false);
  expect(quarantine.refuses('acme', program)).toBeUndefined();
  expect([quarantine.quarantinedCount, quarantine.list()]).toEqual([0, []]);
});

test('who was cleared is under no suspicion any more, but keeps its strikes', () => {
  const quarantine = new Quarantine(() => {});
  quarantine.suspect(guest);
  expect(quarantine.isOnProbation('acme', program)).toBe(true);
  quarantine.clear(guest);
  expect(quarantine.isOnProbation('acme', program)).toBe(false);
  quarantine.suspect(guest);
  quarantine.strike(guest, 4);
  expect(quarantine.isOnProbation('acme', program)).toBe(true);
  quarantine.clear(guest);
  expect(quarantine.isOnProbation('acme', program)).toBe(false);
  quarantine.strike(guest, 5);
  expect(quarantine.quarantinedCount).toBe(1);
});

test('where there are too many, those that were seen least recently are forgotten', () => {
  const quarantine = new Quarantine(() => {}, 2);
  const programs = ['1', '2', '3'].map(programOf);
  const [first, second, third] = programs;
  const strike = (each: Program | undefined): void => {
    if (each === undefined) return;
    for (const processId of [1, 2])
      quarantine.strike({ tenant: 'acme', programHash: programHash(each) }, processId);
  };
  strike(first);
  strike(second);
  expect(first && quarantine.refuses('acme', first)).toBeDefined();
  strike(third);
  const refused = programs.map((each) => quarantine.refuses('acme', each) !== undefined);
  expect(refused).toEqual([true, false, true]);
  expect(quarantine.quarantinedCount).toBe(2);
});

test('nothing is hashed for a tenant that nothing is held against', () => {
  const quarantine = new Quarantine(() => {});
  quarantine.suspect(guest);
  const untouched = {
    get source(): string {
      throw new Error('it was read');
    },
    sourceType: 'module',
    modules: [],
  } as const;
  expect(quarantine.isOnProbation('globex', untouched)).toBe(false);
  expect(() => quarantine.isOnProbation('acme', untouched)).toThrow('it was read');
});

test('no two different programs have the same hash', () => {
  const programs: Program[] = [
    program,
    { ...program, sourceType: 'expression' },
    { ...program, modules: [['a', 'b']] },
    { ...program, modules: [['ab', '']] },
    { ...program, modules: [['', 'ab']] },
    programOf('\uD800'),
    programOf('\uD801'),
    programOf('�'),
  ];
  expect(new Set(programs.map(programHash)).size).toBe(programs.length);
  expect(programHash({ ...program })).toBe(guest.programHash);
});

test('one process is one strike, however often it is reported', () => {
  const quarantine = new Quarantine(() => {});
  for (let report = 0; report < 5; report++) quarantine.strike(guest, 7);
  expect(quarantine.quarantinedCount).toBe(0);
  quarantine.strike(guest, 8);
  expect(quarantine.quarantinedCount).toBe(1);
});
