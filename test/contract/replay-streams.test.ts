// Replays what these of Node.js check: test-async-local-storage-{stream-finished,socket,tlssocket,dgram,http,http-agent,
// http-multiclients}; and the proposal's rule for web streams.
import { replay } from './replay-suite.ts';
import { streams } from './replay-streams.fixture.ts';

replay(streams);
