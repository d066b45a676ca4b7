import { type ContractContext, whoIsHere } from '../context.ts';
import { asyncSourceFunctions } from './async-sources.ts';
import { failureFunctions } from './failures.ts';
import { gateFunctions } from './gates.ts';
import { heldFunctions } from './held.ts';
import type { ContractHostFunctions } from './host-function.ts';
import { identityFunctions } from './identity.ts';
import { keptFunctions } from './kept.ts';
import { listenerFunctions } from './listeners.ts';
import { networkFunctions } from './network.ts';
import { residueFunctions } from './residue.ts';

/**
 * The host functions of the contract, for one side of the border, under the names that guests call them by. What they
 * keep between calls is their own: make them once for each orchestrator, or thread.
 *
 * @param namespace - `contract` on the side that the lane is about, `across` on the other one
 */
export function contractHostFunctions(
  namespace: 'contract' | 'across',
  context: ContractContext,
): ContractHostFunctions {
  const functions: ContractHostFunctions = {
    ...identityFunctions(context),
    ...failureFunctions(context),
    ...gateFunctions(context),
    ...asyncSourceFunctions(context),
    ...listenerFunctions(context),
    ...keptFunctions(context),
    ...residueFunctions(context),
    ...heldFunctions(context),
    ...networkFunctions(context),
  };
  const named = Object.entries(functions).map(
    ([name, fn]) => [`${namespace}.${name}`, fn] as const,
  );
  // One without a namespace, for the same call in another form.
  const plain = namespace === 'contract' ? { whoAmI: () => whoIsHere(context) } : {};
  return { ...Object.fromEntries(named), ...plain };
}
