import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const safeText = /^[\w.:@/+=-]{1,128}$/;

/** Gives the id of a request: the one in its header `x-request-id`, if that is safe text for logs, otherwise a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && safeText.test(given) ? given : randomUUID();
}
