import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import type {
  EmbeddedBytes,
  EmbeddedThreadData,
  FromEmbeddedThread,
  ToEmbeddedThread,
} from './embedded-messages.ts';

// The thread of an embedded database. It speaks the protocol of PostgreSQL, so that the same driver serves both databases, and one
// message carries a whole statement each way: PGlite's own interface crosses into the WebAssembly six times for one.

function tell(message: FromEmbeddedThread): void {
  // Handed over: whole buffers, nothing else is in them.
  const isAnswer = typeof message === 'object' && 'bytes' in message;
  parentPort?.postMessage(message, isAnswer ? [message.bytes.buffer as ArrayBuffer] : []);
}

async function open({ dataFolder }: EmbeddedThreadData): Promise<PGlite | undefined> {
  const printed: string[] = [];
  const onStderr = (text: string): boolean => {
    if (/FATAL|PANIC/.test(text)) printed.push(text);
    return false;
  };
  try {
    return await PGlite.create(dataFolder, { onStderr });
  } catch (error) {
    // What it throws is mostly the exit code of the WebAssembly; what it printed says why.
    tell({ refused: [...printed, String(error)].join('; ') });
    return undefined;
  }
}

async function run(pglite: PGlite, { connection, bytes }: EmbeddedBytes): Promise<void> {
  const parts: Uint8Array[] = [];
  // The form that streams is the one that does not also parse all rows, and keep them.
  await pglite.execProtocolRawStream(bytes, {
    syncToFs: false,
    // A view of the WebAssembly's memory, which is used again at once.
    onRawData: (part) => parts.push(part.slice()),
  });
  for (const part of parts) tell({ connection, bytes: part });
}

async function receive(pglite: PGlite, message: ToEmbeddedThread): Promise<void> {
  if (message === 'close') {
    await pglite.close();
    parentPort?.close();
  } else if (message === 'hang up') {
    // A connection that ends takes its transaction along, as on a server; PGlite has one session for all that follow.
    if (pglite.ready && pglite.isInTransaction()) await pglite.exec('ROLLBACK');
  } else {
    await run(pglite, message);
  }
}

const opened = await open(workerData as EmbeddedThreadData);
if (opened) {
  let last = Promise.resolve();
  parentPort?.on('message', (message: ToEmbeddedThread) => {
    // What it rejects with ends the thread: nothing is known of the database any more.
    last = last.then(() => receive(opened, message));
  });
  tell('open');
}
