// Loaded before the demo: interrupts it when its first host function begins to wait, so that all of its jobs are running.
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';

const wait = timers.setTimeout;
// Pool threads load this file too, and a second signal would be one too many.
let interrupted = !isMainThread;
timers.setTimeout = (...args) => {
  if (!interrupted) process.kill(process.pid, 'SIGINT');
  interrupted = true;
  return wait(...args);
};
syncBuiltinESMExports();
