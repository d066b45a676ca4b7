import { expect, test } from 'vitest';
import { defaultLimits } from '@waybill/protocol';
import { authenticatorFor, testServer } from './server.fixture.ts';

// Every limit that there is.
const limits = defaultLimits;

async function ask(body: unknown): Promise<{ statusCode: number; json: Record<string, unknown> }> {
  await using server = await testServer({
    overrides: { maxLimits: limits },
    authenticator: authenticatorFor(new Set(['run'])),
    routes: (app) => void app.post('/any', { config: { scope: 'run' } }, async () => ({})),
  });
  const reply = await server.app.inject({
    method: 'POST',
    url: '/any',
    headers: { authorization: 'Bearer acme', 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  });
  return { statusCode: reply.statusCode, json: reply.json() };
}

test('limits up to those that the operator allows may be asked for, and others not at all', async () => {
  expect(await ask({ limits })).toMatchObject({ statusCode: 200 });
  expect(await ask({ limits: {}, job: {} })).toMatchObject({ statusCode: 200 });
  expect(await ask('a text')).toMatchObject({ statusCode: 200 });
});

test.each<[string, (limits: object) => unknown, string]>([
  ['a job or a function', (asked) => ({ limits: asked }), 'limits'],
  ['the job of a schedule', (asked) => ({ job: { limits: asked } }), 'job.limits'],
])('a higher limit of %s is refused by its name', async (_what, bodyOf, path) => {
  for (const [name, max] of Object.entries(limits)) {
    const { statusCode, json } = await ask(bodyOf({ ...limits, [name]: max + 1 }));
    expect(statusCode).toBe(400);
    expect(json).toMatchObject({
      code: 'ERR_WAYBILL_INVALID_REQUEST',
      details: {
        issues: [
          {
            path: `${path}.${name}`,
            expected: `at most ${max}, which is what this service allows`,
            got: String(max + 1),
          },
        ],
      },
    });
  }
});
