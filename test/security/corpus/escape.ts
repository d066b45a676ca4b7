import { familyOf, type HostileProgram } from '../program.ts';
import { frames, names, pollution, secrets } from './escape-realm.ts';
import { handedIn, handedOut } from './escape-values.ts';

// They should come to their end: what they found is told there.
const limits = { wallMs: 2_000, cpuMs: 1_000 };

/** Guests that look for a way out of their realm. */
export const escapePrograms: readonly HostileProgram[] = familyOf(
  'escape',
  limits,
  handedIn,
  handedOut,
  names,
  frames,
  pollution,
  secrets,
);
