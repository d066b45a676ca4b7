import { runNode } from '@waybill/testkit';
import { expect, test } from 'vitest';

const ending = `
  import { once } from 'node:events';
  import { Worker } from 'node:worker_threads';

  for (let size = 100_000; size <= 1_000_000; size += 100_000) {
    const thread = new Worker('./full-thread.fixture.ts', { workerData: size, execArgv: [] });
    await once(thread, 'message');
    await thread.terminate();
  }
  process.stdout.write('all ended');
`;

test('a thread that ends while its heap is collected does not take the process along', async () => {
  const ended = await runNode({ code: ending }, { cwd: import.meta.dirname, timeoutMs: 60_000 });
  expect(ended).toEqual({ code: 0, signal: null, stdout: 'all ended', stderr: '' });
}, 60_000);
