import { type HostileKind, hostileJob } from '@waybill/bench/hostile-jobs';
import type { JobResource } from '@waybill/protocol/http';
import { expect, test } from 'vitest';
import { untilSettled } from '../chaos/durable-verdict.ts';
import { startService } from '../support/service.ts';
import { send } from '../support/service-requests.ts';

/** Each kind that needs no host function, and the one that nothing ends but the end of its process. */
const kinds: readonly HostileKind[] = [
  'allocates',
  'neverSettles',
  'returnsTooMuch',
  'recurses',
  'loops',
  'wedges',
];

const harmlessCount = 20;

// What runs them may be lost to the one that wedges its process; and the second time that one is not run at all.
const besides = [
  'ERR_WAYBILL_PROCESS_EXITED',
  'ERR_WAYBILL_ISOLATE_LOST',
  'ERR_WAYBILL_WORKER_UNRESPONSIVE',
  'ERR_WAYBILL_GUEST_QUARANTINED',
];

test('durable jobs of hostile tenants end with their codes, and those of others succeed beside them', async () => {
  await using service = await startService({
    config: { orchestrator: { threads: 2 }, log: { level: 'warn' } },
  });
  const { url } = service;
  const submit = async (tenant: string, body: object): Promise<string> => {
    const headers = { 'waybill-tenant': tenant };
    const { status, json, text } = await send(url, '/v1/jobs', { method: 'POST', headers, body });
    if (status !== 202) throw new Error(`${status} ${text}`);
    return (json as JobResource).id;
  };
  const find = async (tenant: string, id: string): Promise<JobResource> => {
    const headers = { 'waybill-tenant': tenant };
    return (await send(url, `/v1/jobs/${id}`, { headers })).json as JobResource;
  };

  const hostile = kinds.map((kind, number) => hostileJob(kind, number));
  const harmless = { source: 'export default (input) => input', input: 'harmless' };
  const [hostileIds, harmlessIds] = await Promise.all([
    Promise.all(
      hostile.map(({ spec: { tenant, ...body } }) =>
        submit(tenant, { ...body, retry: { limit: 1, delaySeconds: 0 } }),
      ),
    ),
    Promise.all(Array.from({ length: harmlessCount }, () => submit('harmless', harmless))),
  ]);
  const tenants = hostile.map(({ spec }) => spec.tenant);
  await untilSettled(url, ['harmless', ...tenants], 50_000);

  for (const [index, { codes }] of hostile.entries()) {
    const { state, outcome } = await find(tenants[index] ?? '', hostileIds[index] ?? '');
    const code = outcome?.ok === false ? outcome.error.code : 'none';
    expect(state, code).toBe('failed');
    expect([...codes, ...besides], `hostile job that ${kinds[index]}`).toContain(code);
  }
  for (const id of harmlessIds) {
    const { state, outcome } = await find('harmless', id);
    expect({ state, outcome }).toMatchObject({
      state: 'succeeded',
      outcome: { value: 'harmless' },
    });
  }
  expect((await send(url, '/readyz')).status).toBe(200);
}, 90_000);
