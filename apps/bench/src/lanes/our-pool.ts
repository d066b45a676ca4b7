import { createOrchestrator, type OrchestratorOptions, unwrap } from '@waybill/orchestrator';
import { type Lane, WrongAnswer } from './lane.ts';

/** How our side is used. */
export interface OurPoolOptions {
  readonly how: 'warm' | 'fresh';
  readonly options: OrchestratorOptions;
}

const source = 'export default (input) => input';

/** Makes an orchestrator whose guest gives back what it is given. */
export async function ourPoolLane({ how, options }: OurPoolOptions): Promise<Lane> {
  const waybill = await createOrchestrator(options);
  await waybill.deploy({ name: 'echo', source });
  const target = how === 'warm' ? { function: 'echo' } : { source };
  return {
    name: 'ours',
    async call(number) {
      const got = unwrap(await waybill.run({ ...target, input: number }));
      if (got !== number) throw new WrongAnswer(number, got);
    },
    [Symbol.asyncDispose]: () => waybill[Symbol.asyncDispose](),
  };
}
