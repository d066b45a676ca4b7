import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRoutes, type Route } from '../support/openapi-routes.ts';
import { expectProblem } from '../support/problem.ts';
import { type TestService, startService } from '../support/service.ts';
import { type RequestParts, type ServiceAnswer, send } from '../support/service-requests.ts';

/** What only the tenant `owner` may ever see. */
const secret = 'only-the-owner-sees-this';

const source = `export default (input) => ({ input, said: '${secret}' })`;

let service: TestService;
let tokens: Record<'admin' | 'owner' | 'stranger', string>;
let routes: readonly Route[];
/** The names in paths, as they are for things of the owner. */
let owned: Record<string, string>;

beforeAll(async () => {
  service = await startService({
    config: { rateLimit: { perMinute: { default: 1_000_000 } }, log: { level: 'warn' } },
  });
  const makeKey = async (tenant: string, scopes: string[], token?: string): Promise<string> => {
    const { json, status, text } = await send(service.url, '/v1/keys', {
      method: 'POST',
      body: { name: tenant, tenant, scopes },
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    if (status !== 201) throw new Error(`No key for ${tenant}: ${status} ${text}`);
    return (json as { token: string }).token;
  };
  const all = ['run', 'submit', 'read', 'deploy', 'schedule'];
  const admin = await makeKey('operators', [...all, 'admin']);
  tokens = {
    admin,
    owner: await makeKey('owner', all, admin),
    stranger: await makeKey('stranger', all, admin),
  };
  owned = await own();
  routes = await readRoutes(service.url, as('stranger'));
}, 60_000);

afterAll(() => service[Symbol.asyncDispose]());

function as(who: keyof typeof tokens): Record<string, string> {
  return { authorization: `Bearer ${tokens[who]}` };
}

async function ask(
  who: keyof typeof tokens,
  path: string,
  { headers, ...parts }: RequestParts = {},
): Promise<ServiceAnswer> {
  return send(service.url, path, { ...parts, headers: { ...as(who), ...headers } });
}

/** Makes one of everything for the owner. */
async function own(): Promise<Record<string, string>> {
  const submitted = await ask('owner', '/v1/jobs', {
    method: 'POST',
    body: { source, input: secret, startAfter: '2100-01-01T00:00:00Z' },
    headers: { 'idempotency-key': 'the-same' },
  });
  expect(submitted.status).toBe(202);
  const { id } = submitted.json as { id: string };
  const name = `function-${secret}`;
  const deployed = await ask('owner', `/v1/functions/${name}`, { method: 'PUT', body: { source } });
  expect(deployed.status).toBe(201);
  const job = { source, input: secret };
  const scheduled = await ask('owner', `/v1/schedules/${name}`, {
    method: 'PUT',
    body: { cron: '0 0 1 1 *', job },
  });
  expect(scheduled.status).toBe(201);
  return { id, name };
}

function pathOf({ path }: Route): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => owned[name] ?? secret);
}

/** What the owner has, as the owner sees it. */
async function inventory(): Promise<string> {
  const paths = [
    `/v1/jobs/${owned['id']}`,
    '/v1/jobs',
    `/v1/functions/${owned['name']}`,
    '/v1/functions',
    `/v1/schedules/${owned['name']}`,
    '/v1/schedules',
  ];
  const answers = await Promise.all(paths.map((path) => ask('owner', path)));
  expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
  return answers.map(({ text }) => text).join('\n');
}

test('no route tells or changes anything of another tenant', async () => {
  const before = await inventory();
  expect(routes.length).toBeGreaterThan(15);
  // What the stranger makes himself, under the same names, he makes at the end.
  const closed = routes.filter(({ isPublic }) => !isPublic);
  const inOrder = closed.toSorted(
    (one, other) => Number(one.method === 'PUT') - Number(other.method === 'PUT'),
  );
  for (const route of inOrder) {
    const answer = await ask('stranger', pathOf(route), {
      method: route.method,
      ...(route.example !== undefined && { body: route.example }),
      signal: AbortSignal.timeout(10_000),
    });
    const what = `${route.method} ${route.path}: ${answer.status} ${answer.text.slice(0, 500)}`;
    expect(answer.status, what).toBeLessThan(500);
    // The stranger may have said the name himself; what it holds he cannot know.
    expect(answer.text.replaceAll(`function-${secret}`, ''), what).not.toContain(secret);
    if (!answer.headers.get('content-type')?.includes('event-stream') && answer.status >= 400) {
      expectProblem(answer);
    }
    const reads = route.names.length > 0 && route.method !== 'PUT';
    if (reads) expect([403, 404], what).toContain(answer.status);
  }
  expect(await inventory()).toBe(before);
});

test('on every route, a token of one tenant is refused for another', async () => {
  for (const route of routes.filter(({ isPublic }) => !isPublic)) {
    const answer = await ask('stranger', pathOf(route), {
      method: route.method,
      headers: { 'waybill-tenant': 'owner' },
      ...(route.example !== undefined && { body: route.example }),
    });
    expect(answer.status, `${route.method} ${route.path}: ${answer.text}`).toBe(403);
    expectProblem(answer);
  }
});

test('every route that is not public refuses a request without credentials', async () => {
  for (const route of routes.filter(({ isPublic }) => !isPublic)) {
    const answer = await send(service.url, pathOf(route), {
      method: route.method,
      ...(route.example !== undefined && { body: route.example }),
    });
    expect(answer.status, `${route.method} ${route.path}: ${answer.text}`).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expectProblem(answer);
  }
});

test('every route that is not public refuses a method that it does not have, and says which it has', async () => {
  for (const path of new Set(routes.map((route) => pathOf(route)))) {
    const answer = await ask('owner', path, { method: 'PATCH' });
    expect(answer.status, path).toBe(405);
    expect(answer.headers.get('allow'), path).toMatch(/GET|PUT|POST|DELETE/);
    expectProblem(answer);
  }
});

describe('a tenant', () => {
  test('cannot be named in a body', async () => {
    for (const path of ['/v1/run', '/v1/jobs']) {
      const answer = await ask('stranger', path, {
        method: 'POST',
        body: { source, tenant: 'owner' },
      });
      expect(answer.status).toBe(400);
      expectProblem(answer);
    }
  });

  test('has idempotency keys of its own', async () => {
    const { status, json } = await ask('stranger', '/v1/jobs', {
      method: 'POST',
      body: { source: 'export default () => 1' },
      headers: { 'idempotency-key': 'the-same' },
    });
    expect(status).toBe(202);
    expect(json).not.toMatchObject({ id: owned['id'] });
  });

  test('gets nothing through a cursor of another', async () => {
    for (let count = 0; count < 2; count++) {
      const { status } = await ask('owner', '/v1/jobs', { method: 'POST', body: { source } });
      expect(status).toBe(202);
    }
    const { json } = await ask('owner', '/v1/jobs?limit=1');
    const { next } = json as { next: string };
    const answer = await ask('stranger', `/v1/jobs?cursor=${encodeURIComponent(next)}`);
    expect([200, 400]).toContain(answer.status);
    expect(answer.text).not.toContain('"tenant":"owner"');
  });

  test('cannot run, submit or schedule a function of another', async () => {
    const name = 'not-the-strangers';
    const put = { method: 'PUT', body: { source } };
    expect((await ask('owner', `/v1/functions/${name}`, put)).status).toBe(201);
    const run = await ask('stranger', `/v1/functions/${name}/run`, { method: 'POST', body: {} });
    expect(run.status).toBe(404);
    const byBody = await ask('stranger', '/v1/run', { method: 'POST', body: { function: name } });
    expect(byBody.status).toBe(404);
    expect(`${run.text}${byBody.text}`).not.toContain('said');
  });

  test('without the scope of a route is refused there', async () => {
    for (const [method, path] of [
      ['GET', '/v1/keys'],
      ['POST', '/v1/keys'],
      ['GET', '/metrics'],
    ] as const) {
      const answer = await ask('owner', path, {
        method,
        ...(method === 'POST' && { body: { name: 'x', tenant: 'owner', scopes: ['admin'] } }),
      });
      expect(answer.status, `${method} ${path}`).toBe(403);
    }
  });
});
