import { memoryPrograms } from './corpus/memory.ts';
import { proveHarmless } from './suite.ts';

proveHarmless(memoryPrograms);
