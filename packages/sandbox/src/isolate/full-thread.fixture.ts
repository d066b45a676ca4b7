// A thread that has filled its heap when it may end: often a collection has begun then, and there are handles of the addon that nobody holds.
import { parentPort, workerData } from 'node:worker_threads';
import ivm from 'isolated-vm';
import { collectHandles } from './collect-handles.ts';

const kept: object[] = [];
Reflect.set(globalThis, 'kept', kept);
for (let i = 0; i < Number(workerData); i++) {
  kept.push({ i, own: {} });
  if (i % 100 === 0) Reflect.construct(ivm.ExternalCopy, [{ i }]);
}
await collectHandles();
parentPort?.postMessage('may end', []);
