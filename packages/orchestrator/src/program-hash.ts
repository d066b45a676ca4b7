import { createHash } from 'node:crypto';
import type { Program } from '@waybill/protocol';

// By the object: a deployed function has one for all its jobs.
const hashes: WeakMap<Program, string> = new WeakMap();

/** SHA-256 of all that makes a program what it is, in hexadecimal digits. Computed at the first call for an object. */
export function programHash(program: Program): string {
  const known = hashes.get(program);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  // Lengths keep the parts apart; code units, because UTF-8 writes all lone surrogates alike.
  for (const part of [program.sourceType, program.source, ...program.modules.flat()]) {
    hash.update(`${part.length}:`).update(Buffer.from(part, 'utf16le'));
  }
  const digits = hash.digest('hex');
  hashes.set(program, digits);
  return digits;
}
