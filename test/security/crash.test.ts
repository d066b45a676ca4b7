import { crashPrograms } from './corpus/crash.ts';
import { proveHarmless } from './suite.ts';

proveHarmless(crashPrograms);
