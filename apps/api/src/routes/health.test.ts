import { expect, test } from 'vitest';
import { until } from '@waybill/testkit';
import { testServer } from '../server/server.fixture.ts';

type Counts = () => Promise<{ queuedCount: number; runningCount: number; oldestReadyMs: number }>;

const counts = { queuedCount: 0, runningCount: 0, oldestReadyMs: 0 };
const serviceOn = (ask: Counts) => ({ queue: { counts: ask } as never });

test('the service is ready while its database answers', async () => {
  let isUp = true;
  const service = serviceOn(async () => {
    if (isUp) return counts;
    throw new Error('away');
  });
  await using server = await testServer({ service });
  const ready = () => server.app.inject({ url: '/readyz' });
  expect((await ready()).json()).toEqual({ status: 'ready' });
  isUp = false;
  // The last answer is good for a second.
  await until(async () => (await ready()).statusCode === 503);
  expect((await ready()).json()).toEqual({ status: 'database unavailable' });
  expect((await server.app.inject({ url: '/healthz' })).statusCode).toBe(200);
});

test('a database that does not answer is asked once, whoever wants to know', async () => {
  let askedCount = 0;
  const service = serviceOn(() => {
    askedCount += 1;
    return new Promise(() => undefined);
  });
  await using server = await testServer({ service });
  const ready = () => server.app.inject({ url: '/readyz' });
  const answers = await Promise.all([ready(), ready(), ready()]);
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([503, 503, 503]);
  expect((await ready()).statusCode).toBe(503);
  expect(askedCount).toBe(1);
});

test('a service that is about to drain wants no work, and takes it', async () => {
  await using server = await testServer({
    service: serviceOn(async () => counts),
    isLeaving: () => true,
    routes: (app) => void app.post('/work', { config: { scope: 'run' } }, () => 'done'),
  });
  expect((await server.app.inject({ url: '/readyz' })).json()).toEqual({ status: 'draining' });
  const headers = { host: 'localhost' };
  const work = await server.app.inject({ method: 'POST', url: '/work', headers });
  expect(work.statusCode).toBe(200);
});
