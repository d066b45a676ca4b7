import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Readable, Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { setImmediate as immediately, setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ContextSnapshot } from './context-snapshot.ts';
import { ContextVariable } from './context-variable.ts';
import { JobContext } from './job-context.ts';

const tenant = new ContextVariable<string>({ name: 'tenant' });

/** Calls `hostFunction` as an addon does: bound to the job of acme, from a context that is somebody else's. */
async function callBound<T>(hostFunction: () => T): Promise<Awaited<T>> {
  const snapshot = tenant.run('acme', () => ContextSnapshot.capture());
  using job = new JobContext({ jobId: 'job', snapshot });
  const bound = job.bind(hostFunction);
  return await tenant.run('somebody else', () => Promise.resolve(bound()));
}

/** Each source resumes once, at any later time. */
const callbackSources: Readonly<Record<string, (resume: () => void) => unknown>> = {
  'process.nextTick': (resume) => process.nextTick(resume),
  queueMicrotask: (resume) => queueMicrotask(resume),
  setImmediate: (resume) => setImmediate(resume),
  setTimeout: (resume) => setTimeout(resume, 1),
  setInterval: (resume) => {
    const timer = setInterval(() => {
      clearInterval(timer);
      resume();
    }, 1);
  },
  'promise.then': (resume) => Promise.resolve().then(resume),
  'promise.catch': (resume) => Promise.reject(new Error('expected')).catch(resume),
  'promise.finally': (resume) => Promise.resolve().finally(resume),
  'AbortSignal.timeout': (resume) => AbortSignal.timeout(1).addEventListener('abort', resume),
  'an emit in the job': (resume) => new EventEmitter().on('event', resume).emit('event'),
  'a dispatch in the job': (resume) => {
    const target = new EventTarget();
    target.addEventListener('event', resume);
    target.dispatchEvent(new Event('event'));
  },
};

test.each(Object.entries(callbackSources))(
  'a callback of %s runs in the context of the job',
  async (_name, source) => {
    const seen = await callBound(
      () => new Promise<unknown>((resolve) => source(() => resolve(tenant.get()))),
    );
    expect(seen).toBe('acme');
  },
);

const awaitables: Readonly<Record<string, () => unknown>> = {
  'a settled promise': () => Promise.resolve(),
  'a timer': () => delay(1),
  'an immediate': () => immediately(),
  'a rejection': () => Promise.reject(new Error('expected')).catch(() => undefined),
  'Promise.all': () => Promise.all([delay(1), Promise.resolve()]),
  'a file': () => readFile(import.meta.filename),
  'an event': () => {
    const emitter = new EventEmitter();
    setImmediate(() => emitter.emit('event'));
    return once(emitter, 'event');
  },
  'a stream pipeline': () =>
    pipeline(Readable.from(['a']), new Writable({ write: (_chunk, _encoding, done) => done() })),
  'a finished stream': () => finished(Readable.from([]).resume()),
  'a web stream': () => new Response('text').text(),
};

test.each(Object.entries(awaitables))(
  'the context of the job is kept after awaiting %s',
  async (_name, start) => {
    const seen = await callBound(async () => {
      await start();
      const first = tenant.get();
      await start();
      return [first, tenant.get()];
    });
    expect(seen).toEqual(['acme', 'acme']);
  },
);

test('a thenable of the host is awaited in the context of the job', async () => {
  const seen: unknown[] = [];
  const thenable = {
    // oxlint-disable-next-line unicorn/no-thenable -- a foreign thenable is the case
    then: (resolve: (value: string) => void) => {
      seen.push(tenant.get());
      resolve('value');
    },
  };
  await callBound(async () => {
    await thenable;
    seen.push(tenant.get());
  });
  expect(seen).toEqual(['acme', 'acme']);
});

test('an async generator of one job resumes in the context of whoever asks for the next value', async () => {
  async function* generate(): AsyncGenerator {
    yield tenant.get();
    yield tenant.get();
  }
  const generator = await callBound(() => ({ inner: generate() }));
  const first = await tenant.run('b', () => generator.inner.next());
  const second = await tenant.run('c', () => generator.inner.next());
  expect([first.value, second.value]).toEqual(['b', 'c']);
});

test('a listener hears an event in the context of the emitter, and a wrapped one in its own', () => {
  const emitter = new EventEmitter();
  const seen: unknown[] = [];
  tenant.run('listener', () => {
    emitter.on('event', () => seen.push(tenant.get()));
    emitter.on(
      'event',
      ContextSnapshot.capture().wrap(() => seen.push(tenant.get())),
    );
  });
  tenant.run('emitter', () => emitter.emit('event'));
  expect(seen).toEqual(['emitter', 'listener']);
});

test('a host function that throws, rejects and is called again keeps its context', async () => {
  const snapshot = tenant.run('acme', () => ContextSnapshot.capture());
  using job = new JobContext({ jobId: 'job', snapshot });
  const seen: unknown[] = [];
  const throwing = job.bind((): never => {
    seen.push(tenant.get());
    throw new Error('sync');
  });
  const rejecting = job.bind(async () => {
    await immediately();
    seen.push(tenant.get());
    throw new Error('async');
  });
  expect(throwing).toThrow('sync');
  await expect(rejecting()).rejects.toThrow('async');
  expect(throwing).toThrow('sync');
  expect(seen).toEqual(['acme', 'acme', 'acme']);
  expect(tenant.get()).toBeUndefined();
});
