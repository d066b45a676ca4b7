import type { ContractLane, ContractSetting } from './lane.ts';

/** One sentence of the contract: how jobs behave, whatever runs them. */
export interface ContractSentence {
  /** Which property of `docs/contract.md` it belongs to. */
  readonly property: number;
  readonly sentence: string;
  /** The lanes in which it has a meaning. @defaultValue all */
  readonly only?: Partial<ContractSetting>;
  /** Proves it in one lane, and rejects with what is not so. */
  readonly run: (lane: ContractLane) => Promise<void>;
}
