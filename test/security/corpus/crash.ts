import { familyOf, type HostileProgram } from '../program.ts';
import { engineBugs, stacks } from './crash-engine.ts';
import { parsers } from './crash-parsers.ts';

/** Guests that try to end the process that they run in. */
export const crashPrograms: readonly HostileProgram[] = familyOf(
  'crash',
  {},
  engineBugs,
  stacks,
  parsers,
);
