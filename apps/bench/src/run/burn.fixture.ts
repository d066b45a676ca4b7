import { once } from 'node:events';
import { isMainThread, Worker } from 'node:worker_threads';

// Computes for a moment in each of three threads, in functions whose names a profile shows.

function burnInMain(): void {
  burn();
}

function burnInThread(): void {
  burn();
}

function burn(): void {
  const endMs = performance.now() + 300;
  // Leaves nothing for the garbage collector, whose time is nobody's.
  for (let number = 0; performance.now() < endMs;) number = Math.sqrt(number + 1);
}

if (isMainThread) {
  const file = new URL(import.meta.url);
  const threads = [new Worker(file), new Worker(file)];
  burnInMain();
  await Promise.all(threads.map((thread) => once(thread, 'exit')));
} else burnInThread();
