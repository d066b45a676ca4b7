import { timePrograms } from './corpus/time.ts';
import { proveHarmless } from './suite.ts';

proveHarmless(timePrograms);
