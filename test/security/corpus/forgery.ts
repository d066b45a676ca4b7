import { familyOf, type HostileProgram } from '../program.ts';
import { afterSettling, beside, claims } from './forgery-claims.ts';
import { guesses } from './forgery-ids.ts';

// They should come to their end: what they found is told there.
const limits = { wallMs: 2_000, cpuMs: 1_000 };

/** Guests that claim to be somebody else. */
export const forgeryPrograms: readonly HostileProgram[] = familyOf(
  'forgery',
  limits,
  afterSettling,
  beside,
  claims,
  guesses,
);
