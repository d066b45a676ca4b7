import { type IncomingMessage, STATUS_CODES, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { type WaybillError, makeError } from '@waybill/protocol';
import { problemOf, problemType, requestErrorOf } from './problem.ts';
import { requestIdOf } from './request-id.ts';

// So long may a client take to read why it was cut off, while it is still sending.
const lingerMs = 1_000;
const answered = new WeakSet<Duplex>();

/** Answers what Node could not read as a request at all, and ends its connection. */
export function answerClientError(
  error: Error & { readonly code?: string },
  socket: Socket,
  log: Logger,
): void {
  // More of what could not be read.
  if (answered.has(socket)) return;
  // Nobody is there to read an answer, or half of one is under way.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  log.debug({ code: error.code }, 'a request could not be read');
  // Node's words may quote what was sent.
  const known = requestErrorOf({ code: error.code, statusCode: 400 });
  endWith(socket, known, error.code === 'HPE_HEADER_OVERFLOW' ? 431 : undefined);
}

/** Answers the requests that Node would answer by itself: those that expect what there is not, and those for a tunnel. */
export function answerOddRequests(server: Server): void {
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const words = 'expected no header Expect but 100-continue, got another';
    const error = makeError('ERR_WAYBILL_INVALID_REQUEST', words);
    const { body, headers } = answerOf(error, requestIdOf(request), 417);
    response.writeHead(417, headers).end(body);
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    endWith(socket, makeError('ERR_WAYBILL_METHOD_NOT_ALLOWED', 'this is no proxy'));
  });
}

function endWith(socket: Duplex, error: WaybillError, status?: number): void {
  answered.add(socket);
  const answer = answerOf(error, requestIdOf({ headers: {} }), status);
  const headers = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
  const reason = STATUS_CODES[answer.status] ?? '';
  const head = [`HTTP/1.1 ${answer.status} ${reason}`, ...headers, '', ''].join('\r\n');
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
  socket.on('error', () => socket.destroy());
  // Closed with unread data, the connection would be reset, and the answer lost with it.
  socket.end(head + answer.body).resume();
}

function answerOf(
  error: WaybillError,
  requestId: string,
  given?: number,
): { status: number; body: string; headers: Record<string, string> } {
  const problem = problemOf(error, requestId, given);
  const body = JSON.stringify(problem);
  const headers = {
    'content-type': problemType,
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': requestId,
    connection: 'close',
  };
  return { status: problem.status, body, headers };
}
