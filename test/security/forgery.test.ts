import { forgeryPrograms } from './corpus/forgery.ts';
import { proveHarmless } from './suite.ts';

// A deployed function has a realm in each thread: with one, thief and victim meet.
proveHarmless(forgeryPrograms, { threads: 1 });
