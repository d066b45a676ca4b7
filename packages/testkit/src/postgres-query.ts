import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

const PROTOCOL_3 = 196_608;
const HEADER_BYTES = 5;

/**
 * Runs one statement, without values and rows, on a server that trusts its unix socket.
 *
 * The protocol is spoken by hand, because only `@waybill/queue` may import a driver.
 *
 * @throws Error with the server's message when the server refuses it or goes away.
 */
export async function postgresQuery(socketPath: string, sql: string): Promise<void> {
  const socket = createConnection(socketPath);
  try {
    await once(socket, 'connect');
    socket.write(startupMessage({ user: 'postgres', database: 'postgres' }));
    const messages = readMessages(socket);
    await untilReady(messages);
    socket.write(message('Q', cString(sql)));
    await untilReady(messages);
    socket.end(message('X', Buffer.alloc(0)));
  } finally {
    socket.destroy();
  }
}

/** A backend message: its letter, and what follows the length. */
type Message = readonly [kind: string, body: Buffer];

async function untilReady(messages: AsyncGenerator<Message, void>): Promise<void> {
  for (;;) {
    const next = await messages.next();
    if (next.done) throw new Error('PostgreSQL closed the connection.');
    const [kind, body] = next.value;
    if (kind === 'E') throw new Error(`PostgreSQL refused: ${errorMessage(body)}`);
    if (kind === 'Z') return;
  }
}

async function* readMessages(socket: Socket): AsyncGenerator<Message, void> {
  let pending = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= HEADER_BYTES) {
      // The length counts itself but not the letter before it.
      const endBytes = 1 + pending.readUInt32BE(1);
      if (pending.length < endBytes) break;
      yield [String.fromCharCode(pending[0] ?? 0), pending.subarray(HEADER_BYTES, endBytes)];
      pending = pending.subarray(endBytes);
    }
  }
}

/** Fields of an error are a letter and text each; `M` is the message. */
function errorMessage(body: Buffer): string {
  const fields = body.toString().split('\0');
  return fields.find((field) => field.startsWith('M'))?.slice(1) ?? 'without a message';
}

function startupMessage(parameters: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(parameters).flat().map(cString);
  return withLength(Buffer.concat([uint32(PROTOCOL_3), ...pairs, Buffer.alloc(1)]));
}

function message(kind: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(kind), withLength(body)]);
}

function withLength(body: Buffer): Buffer {
  return Buffer.concat([uint32(body.length + 4), body]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}
