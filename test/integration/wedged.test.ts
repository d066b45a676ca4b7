import { runNode } from '@waybill/testkit';
import { expect, test } from 'vitest';

// V8 looks for no interrupt inside this built-in: neither its time limit nor disposing its isolate ends it.
const code = `
  import { createOrchestrator } from '@waybill/orchestrator';

  const waybill = await createOrchestrator({ threads: 1 });
  const wedged = Promise.withResolvers();
  waybill.on('isolate:wedged', wedged.resolve);
  const quick = { tenant: 'globex', source: 'export default () => "served"' };
  await waybill.run(quick);
  const outcome = await waybill.run({
    tenant: 'acme',
    source: 'export default () => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)',
    limits: { wallMs: 300 },
  });
  const { tenant, reason } = await wedged.promise;
  const other = await waybill.run(quick);
  const said = JSON.stringify({ code: outcome.error.code, tenant, reason, other: other.value });
  // Nothing else ends a process with such an isolate in it.
  process.stdout.write(said, () => process.kill(process.pid, 'SIGKILL'));
`;

test('a guest that nothing can stop settles at its deadline, is reported, and leaves its thread to others', async () => {
  const { signal, stdout, stderr } = await runNode({ code }, { cwd: import.meta.dirname });
  expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    code: 'ERR_WAYBILL_DEADLINE_EXCEEDED',
    tenant: 'acme',
    reason: 'guest code did not end when its isolate was disposed',
    other: 'served',
  });
}, 30_000);
