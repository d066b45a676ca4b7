import { familyOf, type HostileProgram } from '../program.ts';
import { callbacks, texts, uninterruptible } from './time-builtins.ts';
import { hooks, loops, microtasks } from './time-loops.ts';

/** Guests that never end, or not in time. */
export const timePrograms: readonly HostileProgram[] = familyOf(
  'time',
  {},
  loops,
  hooks,
  microtasks,
  callbacks,
  texts,
  uninterruptible,
);
