import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { createInMemoryFileSystem, createKernel, createNodeRuntime } from 'secure-exec';

/** A guest that stays and answers one call after another. */
export interface Resident extends AsyncDisposable {
  call(input: unknown): Promise<unknown>;
}

type Waiting = Pick<PromiseWithResolvers<unknown>, 'resolve' | 'reject'>;

// A run by itself keeps nothing for the next one, but a process of its kernel lives on and reads.
const program = `
  const guest = (0, eval)('input => input');
  let read = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (text) => {
    const lines = (read + text).split('\\n');
    read = lines.pop();
    for (const line of lines) {
      const [id, input] = JSON.parse(line);
      process.stdout.write(JSON.stringify([id, guest(input)]) + '\\n');
    }
  });
`;

/** Starts a guest that stays. The caller disposes it. */
export async function startResident(): Promise<Resident> {
  const kernel = createKernel({ filesystem: createInMemoryFileSystem() });
  await kernel.mount(createNodeRuntime({ memoryLimit: 128 }));
  const output = new PassThrough();
  const complaints: string[] = [];
  const guest = kernel.spawn('node', ['-e', program], {
    streamStdin: true,
    onStdout: (bytes) => output.write(bytes),
    onStderr: (bytes) => complaints.push(Buffer.from(bytes).toString()),
  });
  const waiting = new Map<number, Waiting>();
  createInterface({ input: output }).on('line', (line) => {
    const [id, value] = JSON.parse(line) as [id: number, value: unknown];
    waiting.get(id)?.resolve(value);
    waiting.delete(id);
  });
  let exited: Error | undefined;
  void guest.wait().then((code) => {
    exited = new Error(`the guest's process ended with ${code}: ${complaints.join('').trim()}`);
    for (const { reject } of waiting.values()) reject(exited);
  });
  let callCount = 0;
  return {
    call(input) {
      if (exited) return Promise.reject(exited);
      const id = callCount++;
      const { promise, ...settle } = Promise.withResolvers<unknown>();
      waiting.set(id, settle);
      guest.writeStdin(`${JSON.stringify([id, input])}\n`);
      return promise;
    },
    [Symbol.asyncDispose]: () => kernel.dispose(),
  };
}
