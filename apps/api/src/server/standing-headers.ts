import type { FastifyReply } from 'fastify';

// No page of a browser has any business with an API, and nothing in between keeps its answers.
const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Gives an answer the headers that every answer has. A route may replace them. */
export function addStandingHeaders(reply: FastifyReply): void {
  void reply.headers(securityHeaders).header('x-request-id', reply.request.id);
}
