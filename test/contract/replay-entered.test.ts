// Replays what these of Node.js check: test-async-local-storage-{enter-with,enable-disable,isolation,run-scope}.
import { entered } from './replay-entered.fixture.ts';
import { replay } from './replay-suite.ts';

replay(entered);
