import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import type { Scope } from '../service.ts';

// Nothing from elsewhere, no inline script. Swagger UI draws some of its icons from data: addresses.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Waybill</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="reference"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#reference', deepLinking: true, validatorUrl: null });
`;

interface Part {
  readonly url: string;
  readonly type: string;
  readonly read: () => Promise<string>;
}

function fileOf(name: string): Promise<string> {
  return readFile(new URL(import.meta.resolve(`@fastify/swagger-ui/static/${name}`)), 'utf8');
}

const parts: readonly Part[] = [
  { url: '/docs', type: 'text/html', read: async () => page },
  { url: '/docs/start.js', type: 'text/javascript', read: async () => start },
  {
    url: '/docs/swagger-ui-bundle.js',
    type: 'text/javascript',
    read: () => fileOf('swagger-ui-bundle.js'),
  },
  { url: '/docs/swagger-ui.css', type: 'text/css', read: () => fileOf('swagger-ui.css') },
];

/**
 * Adds `/openapi.json` and `/docs`, the same for people, which needs no other site. The plugin of Swagger UI is not used: it serves
 * the document a second time, and its whole folder of files, under routes that say nothing of who may read them.
 */
export function registerReference(app: FastifyInstance, scope: Scope | 'public'): void {
  const route = { schema: { hide: true }, config: { scope } };
  app.get('/openapi.json', route, async () => app.swagger());
  for (const { url, type, read } of parts) {
    app.get(url, route, async (_request, reply) =>
      reply
        .type(`${type}; charset=utf-8`)
        .header('content-security-policy', policy)
        .send(await read()),
    );
  }
}
