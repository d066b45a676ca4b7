// Replays what these of Node.js check: test-async-local-storage-{nested,no-mix-contexts,misc-stores,errors-sync-ret,
// run-resource,deep-stack,exit-does-not-leak}.
import { stores } from './replay-stores.fixture.ts';
import { replay } from './replay-suite.ts';

replay(stores);
