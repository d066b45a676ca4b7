import { familyOf, type HostileProgram } from '../program.ts';
import { buffers, texts } from './memory-buffers.ts';
import { growth } from './memory-objects.ts';

// Time enough to come to the end of the memory.
const limits = { wallMs: 1_500, cpuMs: 700 };

/** Guests that take more memory than they may. */
export const memoryPrograms: readonly HostileProgram[] = familyOf(
  'memory',
  limits,
  growth,
  texts,
  buffers,
);
