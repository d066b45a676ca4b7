// Replays what Node.js checks of its timers, emitters, signals and ports (test-async-local-storage-nested and the tables of
// its documentation), and the rules of the proposal's WEB-INTEGRATION for events, observers and schedulers.
import { callbacks } from './replay-callbacks.fixture.ts';
import { replay } from './replay-suite.ts';

replay(callbacks);
