import { AsyncLocalStorage } from 'node:async_hooks';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Agent, type IncomingMessage, createServer, get } from 'node:http';
import { type AddressInfo, type Server, connect, createServer as createTcpServer } from 'node:net';
import { PassThrough, Readable, Writable, finished, pipeline } from 'node:stream';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import type { Replay } from './replay-steps.fixture.ts';

const host = '127.0.0.1';

async function portOf(server: Server): Promise<number> {
  await once(server.listen(0, host), 'listening');
  return (server.address() as AddressInfo).port;
}

async function closed(server: Server): Promise<void> {
  await once(server.close(), 'close');
}

// By a secret that both know, so that no certificate is needed.
const psk = Buffer.alloc(32, 7);
const tls = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
const identity = { psk, identity: 'client' };

const clients = {
  'a socket': {
    serve: () => createTcpServer((socket) => socket.end('hello')),
    dial: (port: number) => connect(port, host),
  },
  'a TLS socket': {
    serve: () =>
      createTlsServer({ ...tls, pskCallback: () => psk }, (socket) => socket.end('hello')),
    dial: (port: number) =>
      connectTls({
        ...tls,
        port,
        host,
        pskCallback: () => identity,
        checkServerIdentity: () => undefined,
      }),
  },
};

const sockets: readonly Replay[] = Object.entries(clients).map(([name, { serve, dial }]) => ({
  property: `${name} calls back where it was opened`,
  play: async (cross) => {
    const store = new AsyncLocalStorage<string>();
    const server = serve();
    const port = await portOf(server);
    const visit = async (): Promise<unknown> => {
      const seen: unknown[] = [];
      const ended = Promise.withResolvers<void>();
      const socket = dial(port);
      socket.on('data', () => seen.push(store.getStore()));
      socket.on('close', () => {
        seen.push(store.getStore());
        ended.resolve();
      });
      await cross();
      await ended.promise;
      return [...new Set(seen), store.getStore()];
    };
    const seen = await Promise.all([store.run('one', visit), store.run('other', visit)]);
    await closed(server);
    return seen;
  },
  seen: [
    ['one', 'one'],
    ['other', 'other'],
  ],
}));

/** Streams, sockets and HTTP, all within the process. */
export const streams: readonly Replay[] = [
  ...sockets,
  {
    property: 'finished and pipeline call back where they were called',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const ends = [Promise.withResolvers<unknown>(), Promise.withResolvers<unknown>()];
      const readable = store.run('makes', () => new Readable({ read: () => undefined }));
      const piped = new PassThrough();
      store.run('finishes', () => finished(readable, () => ends[0]?.resolve(store.getStore())));
      store.run('pipes', () =>
        pipeline(piped, new Writable({ write: (_chunk, _encoding, done) => done() }), () =>
          ends[1]?.resolve(store.getStore()),
        ),
      );
      await store.run('ends', async () => {
        await cross();
        readable.destroy();
        piped.end('text');
      });
      return Promise.all(ends.map(({ promise }) => promise));
    },
    seen: ['finishes', 'pipes'],
  },
  {
    property: 'a loop over a stream of crossings stays in its own context',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      async function* generate(): AsyncGenerator<number> {
        for (let value = 0; value < 3; value++) yield cross(() => value);
      }
      const stream = store.run('makes', () => Readable.from(generate()));
      const seen: unknown[] = [];
      await store.run('loops', async () => {
        for await (const value of stream) seen.push([value, store.getStore()]);
      });
      return seen;
    },
    seen: [0, 1, 2].map((value) => [value, 'loops']),
  },
  {
    property:
      'a web stream is started where it is made, pulled where it is read, written where it is written to',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const look = (): void => void seen.push(store.getStore());
      const source = {
        start: look,
        pull: async (controller: ReadableStreamDefaultController<number>) => {
          look();
          await cross();
          controller.enqueue(1);
        },
      };
      const sink = { start: look, write: () => cross().then(look) };
      const readable = store.run('makes', () => new ReadableStream(source, { highWaterMark: 0 }));
      const writable = store.run('makes', () => new WritableStream(sink));
      const [reader, writer] = [readable.getReader(), writable.getWriter()];
      for (const name of ['first', 'second']) {
        await cross();
        await store.run(name, () => reader.read());
        await store.run(name, () => writer.write(1));
      }
      await Promise.all([reader.cancel(), writer.close()]);
      return seen;
    },
    seen: ['makes', 'makes', 'first', 'first', 'second', 'second'],
  },
  {
    property: 'datagrams are heard where their socket was made',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const heard = Promise.withResolvers<unknown>();
      const socket = store.run('makes', () => createSocket('udp4'));
      store.run('listens', () => socket.on('message', () => heard.resolve(store.getStore())));
      await once(
        store.run('binds', () => socket.bind(0, host)),
        'listening',
      );
      await cross();
      store.run('sends', () => socket.send('hello', socket.address().port, host));
      const seen = await heard.promise;
      await once(socket.close(), 'close');
      return seen;
    },
    seen: 'makes',
  },
  {
    property: 'requests that share one connection answer each in its own context',
    play: async (cross) => {
      const store = new AsyncLocalStorage<number>();
      const served: unknown[] = [];
      const server = createServer((_request, response) => {
        served.push(store.getStore());
        // Must be over before the next request on this connection.
        store.enterWith(-1);
        void cross().then(() => response.end(`${served.push(store.getStore())}`));
      });
      const port = await portOf(server);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const ask = async (): Promise<unknown> => {
        const seen: unknown[] = [];
        const ended = Promise.withResolvers<void>();
        const onResponse = (response: IncomingMessage): void => {
          seen.push(store.getStore());
          void cross().then(() => {
            seen.push(store.getStore());
            response.resume().on('end', () => ended.resolve(void seen.push(store.getStore())));
          });
        };
        get({ agent, port, host }, onResponse);
        await ended.promise;
        return seen;
      };
      const seen = await Promise.all([1, 2, 3].map((own) => store.run(own, ask)));
      agent.destroy();
      await closed(server);
      return [seen, served];
    },
    seen: [[1, 2, 3].map((own) => [own, own, own]), [1, 2, 3].flatMap(() => [undefined, -1])],
  },
  {
    property: 'handlers of several clients that know theirs by its store only never mix them',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string[]>();
      const server = createServer((request, response) => {
        const letter = request.url?.at(1) ?? '';
        response.write(letter.repeat(100_000));
        void cross().then(() => response.end(letter.repeat(100_000)));
      });
      const port = await portOf(server);
      const keep = (chunk: string): void => void store.getStore()?.push(chunk);
      const ask = async (path: string): Promise<void> => {
        const ended = Promise.withResolvers<void>();
        get({ port, host, path, agent: false }, (response) => {
          response.setEncoding('utf8').on('data', keep).on('end', ended.resolve);
        });
        await ended.promise;
      };
      const letters = ['a', 'b', 'c', 'd', 'e'];
      const mixed = letters.map(async (letter) => {
        const own: string[] = [];
        await store.run(own, ask, `/${letter}`);
        return own.join('') !== letter.repeat(200_000);
      });
      const seen = await Promise.all(mixed);
      await closed(server);
      return seen;
    },
    seen: [false, false, false, false, false],
  },
];
