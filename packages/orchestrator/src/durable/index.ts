export { createFunctionShelf } from './function-shelf.ts';
export type {
  FunctionJobSpec,
  FunctionRef,
  FunctionShelf,
  FunctionShelfOptions,
} from './function-shelf.ts';
export { createDurableRunner } from './durable-runner.ts';
export type { DurableRunner } from './durable-runner.ts';
