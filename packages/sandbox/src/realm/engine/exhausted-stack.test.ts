import { fileURLToPath } from 'node:url';
import { runNode } from '@waybill/testkit';
import { expect, test } from 'vitest';

// Tries everything that could call into the host just where the stack ends, and keeps what is of no realm of its own.
const guest = `
  const isForeign = (e) => (typeof e === 'object' || typeof e === 'function') && e !== null && !(e instanceof Object);
  const found = [];
  let caught = 0;
  const keep = (name, e) => { caught += 1; if (isForeign(e) && !found.includes(name)) found.push(name); };
  export default async (input, { host, context, log }) => {
    const tries = {
      stack: () => new Error('x').stack,
      thrown: () => { null.x; },
      echo: () => host.echo(1),
      unknown: () => host.nothing,
      context: () => context.get('x'),
      log: () => log('x'),
      console: () => console.log('x'),
      timer: () => setTimeout(() => {}, 1e6),
      microtask: () => queueMicrotask(() => {}),
      rejects: () => Promise.reject(new Error('left')),
      later: () => new Promise((_, reject) => reject(new Error('left'))),
      async: () => (async () => { throw new Error('x'); })(),
      imports: () => import('./nothing.js'),
      proxy: () => new Proxy({}, {}),
      buffer: () => new ArrayBuffer(8),
      text: () => JSON.stringify({ get a() { return new Error('x').stack; } }),
    };
    for (let size = 0; size < 12; size++) {
      for (const [name, attempt] of Object.entries(tries)) {
        let left = 8;
        const given = Array.from({ length: size });
        const deep = (...args) => {
          try { deep(...args); } catch (e) { keep('deep', e); }
          if (left-- <= 0) return;
          try {
            const got = attempt();
            if (got instanceof Promise) got.catch((e) => keep(name, e));
            else keep(name, got);
          } catch (e) { keep(name, e); }
        };
        try { deep(...given); } catch (e) { keep('outer', e); }
      }
      await host.echo(1).catch(() => {});
    }
    return { found, caught };
  };`;

// In a process of its own: Node writes to standard error that it could not follow a rejection where no stack was left.
const code = `
  import { TestIsolate } from './guest.fixture.ts';
  await using guest = new TestIsolate({ engine: 'realm', stacks: false, host: { echo: (value) => value } });
  console.log(JSON.stringify(await guest.value(${JSON.stringify(guest)}, { limits: { cpuMs: 20_000, wallMs: 20_000, concurrentHostCalls: 1_024 } })));`;

const cwd = fileURLToPath(new URL('../..', import.meta.url));

test('a guest that exhausts the stack catches errors of its own realm only', async () => {
  const { stdout } = await runNode({ code }, { cwd, timeoutMs: 25_000 });
  const { found, caught } = JSON.parse(stdout) as { found: string[]; caught: number };
  expect(found).toEqual([]);
  expect(caught).toBeGreaterThan(100);
}, 30_000);

test('where errors have stack frames it catches one of the host: that is why they have none', async () => {
  const withStacks = code.replace('stacks: false', 'stacks: true');
  const { stdout } = await runNode({ code: withStacks }, { cwd, timeoutMs: 25_000 });
  expect((JSON.parse(stdout) as { found: string[] }).found).toContain('stack');
}, 30_000);
