import { connect, type Socket } from 'node:net';

/** What came back on a connection, as far as it can be read as HTTP/1.1. */
export interface RawAnswer {
  /** 0 when nothing came that is an answer. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** All bytes, more answers among them. */
  readonly text: string;
  /** Whether the service ended the connection, and not our patience. */
  readonly isClosed: boolean;
}

/** How {@link sendRaw} waits. */
export interface RawOptions {
  /** @defaultValue 5000 */
  readonly patienceMs?: number;
  /** `close`: until the service ends the connection. @defaultValue `'answer'`: until one answer is whole */
  readonly until?: 'answer' | 'close';
}

/** Opens a connection to where `url` points. */
export async function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(Number(port), hostname, resolve);
  socket.once('error', reject);
  await promise;
  socket.off('error', reject);
  return socket;
}

/** Reads what has come as one answer. */
function readAnswer(text: string, isClosed: boolean): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, Math.max(end, 0)).split('\r\n');
  const pairs = lines.map((line): [string, string] => {
    const at = line.indexOf(':');
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
  });
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0),
    headers: Object.fromEntries(pairs),
    body: end === -1 ? '' : text.slice(end + 4),
    text,
    isClosed,
  };
}

function isWhole({ status, headers, body }: RawAnswer): boolean {
  if (status === 0 || status === 100) return false;
  const length = headers['content-length'];
  if (length !== undefined) return Buffer.byteLength(body) >= Number(length);
  return headers['transfer-encoding'] === 'chunked' && body.endsWith('0\r\n\r\n');
}

/** Sends bytes as they are, on a connection of their own, and gives what comes back. */
export async function sendRaw(
  url: string,
  bytes: string | Uint8Array,
  options: RawOptions = {},
): Promise<RawAnswer> {
  const { patienceMs = 5_000, until = 'answer' } = options;
  const socket = await openSocket(url);
  let text = '';
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, patienceMs, false);
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
    if (until === 'answer' && isWhole(readAnswer(text, false))) resolve(false);
  });
  // Whoever is refused in the middle of sending sees a reset: what had come before it is the answer.
  socket.on('error', () => resolve(true));
  socket.on('close', () => resolve(true));
  socket.write(bytes);
  const isClosed = await promise;
  clearTimeout(timer);
  socket.destroy();
  return readAnswer(text, isClosed);
}

/** The text of a request. */
export function rawRequest(line: string, headers: readonly string[], body = ''): string {
  return [`${line} HTTP/1.1`, 'Host: 127.0.0.1', ...headers, '', body].join('\r\n');
}
