import { type ContractContext, whoIsHere, within } from './context.ts';
import type { ContractHostFunctions } from './host-functions/host-function.ts';
import { guest, valueOf } from './jobs.ts';
import type { ContractLane } from './lane.ts';

const looks = guest(
  `return [await contract.who(), await across.who(), await contract.whoLater(1)]`,
);

/** The host functions of the contract that are in the submitting thread in every lane: those that submit jobs. */
export function submitterFunctions(
  context: ContractContext,
  lane: () => ContractLane,
): ContractHostFunctions {
  return {
    'submitter.who': () => whoIsHere(context),
    'submitter.nest': async (label: string) => {
      const before = whoIsHere(context);
      const inner = await within(context, label, async () => {
        const program = await lane().prepare({ source: looks });
        return valueOf(await program.run());
      });
      return { before, inner, after: whoIsHere(context) };
    },
  };
}
