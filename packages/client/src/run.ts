import type { Outcome } from '@waybill/protocol';
import type { CallOptions } from './options.ts';
import { toRunRequest, type RunSpec } from './requests.ts';
import { readOutcome } from './resources/outcome.ts';
import type { Transport } from './transport.ts';

/** Runs a job at one of the two addresses that do. The service has the job's own time on top of the timeout. */
export async function runAt(
  transport: Transport,
  path: readonly string[],
  { spec, options }: { readonly spec: RunSpec; readonly options: CallOptions | undefined },
): Promise<Outcome> {
  const extraMs = spec.limits?.wallMs ?? 0;
  const call = { method: 'POST', path, body: toRunRequest(spec), extraMs } as const;
  return readOutcome((await transport.request(call, options)).body);
}
