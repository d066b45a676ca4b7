import { familyOf, type HostileProgram } from '../program.ts';
import { messages, payloads, timers } from './floods-of-work.ts';

/** Guests that give others more to do than they should. */
export const floodPrograms: readonly HostileProgram[] = familyOf(
  'floods',
  {},
  messages,
  timers,
  payloads,
);
