import { floodPrograms } from './corpus/floods.ts';
import { proveHarmless } from './suite.ts';

proveHarmless(floodPrograms);
