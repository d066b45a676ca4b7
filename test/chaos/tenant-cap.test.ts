import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { pause } from '../support/pause.ts';
import { startService } from '../support/service.ts';
import { send } from '../support/service-requests.ts';
import { untilSettled } from './durable-verdict.ts';

const caps: Readonly<Record<string, number>> = { few: 3, more: 7 };

const waveCount = 6;

/** How long it waits, once as many are there as may be, for one that may not. */
const watchMs = 250;

/**
 * Counts from outside who runs at once: a job calls and is let go when all that may run beside it have called, and then a
 * moment passed.
 */
class CountingServer implements AsyncDisposable {
  readonly mostAtOnce: Record<string, number> = {};
  readonly #server = createServer((request, answer) => this.#hold(request.url ?? '', answer));
  readonly #held = new Map<string, ServerResponse[]>();

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('Expected a port.');
    return `http://127.0.0.1:${address.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #hold(url: string, answer: ServerResponse): void {
    const tenant = url.slice(1);
    const held = this.#held.get(tenant) ?? [];
    this.#held.set(tenant, held);
    held.push(answer);
    this.mostAtOnce[tenant] = Math.max(this.mostAtOnce[tenant] ?? 0, held.length);
    if (held.length === caps[tenant]) void this.#letGo(tenant);
  }

  async #letGo(tenant: string): Promise<void> {
    await pause(watchMs);
    const held = this.#held.get(tenant) ?? [];
    this.#held.set(tenant, []);
    for (const answer of held) answer.end('go on');
  }
}

test('two executors on one PostgreSQL run as many jobs of a tenant at once as it has slots, and never one more', async () => {
  await using server = await startPostgres();
  await using counting = new CountingServer();
  const env = { WAYBILL_TEST_COUNTER: await counting.listen() };
  const config = {
    database: { url: await server.createDatabase() },
    contextKeys: ['not a secret: it seals what a test stores'],
    hostFunctions: fileURLToPath(new URL('tenant-cap-functions.fixture.ts', import.meta.url)),
    queue: { tenantSlots: { of: caps } },
    log: { level: 'warn' },
  };
  const executor = { name: 'one', slots: 16 };
  await using one = await startService({ config: { ...config, executor }, env });
  await using _other = await startService({
    config: { ...config, executor: { ...executor, name: 'other' } },
    env,
    entry: fileURLToPath(new URL('../support/executor.fixture.ts', import.meta.url)),
    readyLine: /ready/,
  });
  const source = 'export default async (_input, { host }) => await host.proof.hold()';
  for (const [tenant, cap] of Object.entries(caps)) {
    const submit = async (): Promise<number> => {
      const headers = { 'waybill-tenant': tenant };
      const { status } = await send(one.url, '/v1/jobs', {
        method: 'POST',
        headers,
        body: { source },
      });
      return status;
    };
    const statuses = await Promise.all(Array.from({ length: cap * waveCount }, submit));
    expect(new Set(statuses)).toEqual(new Set([202]));
  }
  await untilSettled(one.url, Object.keys(caps), 40_000);
  expect(counting.mostAtOnce).toEqual(caps);
}, 90_000);
