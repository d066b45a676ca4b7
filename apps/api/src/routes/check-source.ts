import { randomUUID } from 'node:crypto';
import type { Orchestrator } from '@waybill/orchestrator';
import type { FunctionSpec } from '@waybill/protocol';

/**
 * Has the source of a function looked at before it is stored: it is deployed under a name that nobody calls, and removed.
 *
 * @throws what `orchestrator.deploy` refuses it with
 */
export async function checkSource(
  orchestrator: Pick<Orchestrator, 'deploy'>,
  spec: FunctionSpec,
): Promise<void> {
  const deployment = await orchestrator.deploy({ ...spec, name: `check:${randomUUID()}` });
  deployment.remove();
}
