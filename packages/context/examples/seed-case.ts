import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { ContextSnapshot, JobContext } from '@waybill/context';
import ivm from 'isolated-vm';

const tenant = new AsyncLocalStorage<string>();

async function whoCalls(): Promise<string> {
  await delay(1);
  return tenant.getStore() ?? 'nobody';
}

const guest = `
  const call = () => $0.apply(undefined, [], { result: { promise: true } });
  return (async () => (await call()) + ', ' + (await call()))();
`;

async function runGuest(hostFunction: () => Promise<string>): Promise<string> {
  const isolate = new ivm.Isolate({ memoryLimit: 16 });
  try {
    const realm = await isolate.createContext();
    const options = { arguments: { reference: true }, result: { promise: true } } as const;
    return String(await realm.evalClosure(guest, [hostFunction], options));
  } finally {
    isolate.dispose();
  }
}

await tenant.run('acme', async () => {
  console.log('plain:', await runGuest(whoCalls));

  using job = new JobContext({ jobId: 'job-1', snapshot: ContextSnapshot.capture() });
  console.log('bound:', await runGuest(job.bind(whoCalls)));
});
