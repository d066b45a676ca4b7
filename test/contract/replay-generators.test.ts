// Replays what these of test262 check, with the contexts that Node.js has them run in: AsyncContext/context-propagation/
// {generators,generators-yield-inside-run,async-generators,async-generators-yield-inside-run,CreateIteratorFromClosure}.
import { generators } from './replay-generators.fixture.ts';
import { replay } from './replay-suite.ts';

replay(generators);
