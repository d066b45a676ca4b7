import type { FastifyInstance } from 'fastify';
import { makeError } from '@waybill/protocol';
import type { Config } from '../config/config.ts';
import { forTenant } from '../config/per-tenant.ts';
import { readJson } from './read-json.ts';
import { callerIfAny } from './request-fields.ts';

/** Has the server read JSON in UTF-8 and nothing else, as much of it as the tenant may send. */
export function readBodies(app: FastifyInstance, { maxBytes, maxDepth }: Config['body']): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: Parameters<typeof callerIfAny>[0], body: Buffer): Promise<unknown> => {
      assertCharset(request.headers['content-type'] ?? '');
      const limitBytes = forTenant(maxBytes, callerIfAny(request)?.tenant);
      if (body.length <= limitBytes) return readJson(body, maxDepth);
      const words = `the body may take ${limitBytes} bytes, it takes ${body.length}`;
      const details = { limitBytes, gotBytes: body.length };
      throw makeError('ERR_WAYBILL_PAYLOAD_TOO_LARGE', words, { details });
    },
  );
}

function assertCharset(contentType: string): void {
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType) ?? [];
  if (/^utf-?8$/i.test(charset)) return;
  const words = 'expected application/json in UTF-8, got another charset';
  throw makeError('ERR_WAYBILL_UNSUPPORTED_MEDIA_TYPE', words);
}
