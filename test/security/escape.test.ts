import { escapePrograms } from './corpus/escape.ts';
import { proveHarmless } from './suite.ts';

proveHarmless(escapePrograms);
