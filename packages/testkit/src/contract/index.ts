export { nobody, whoIsHere, within } from './context.ts';
export type { ContractContext, ContractVariable, Plan } from './context.ts';
export { engineDifferences, type EngineDifference } from './engine-differences.ts';
export { contractHostFunctions } from './host-functions/index.ts';
export type { ContractHostFunctions } from './host-functions/host-function.ts';
export { opener } from './lane.ts';
export type {
  ContractLane,
  ContractOutcome,
  ContractProgram,
  ContractProgramSpec,
  ContractSetting,
} from './lane.ts';
export { submitterFunctions } from './submitter-functions.ts';
export type { ContractSentence } from './sentence.ts';
export { contractSentences } from './sentences/index.ts';
