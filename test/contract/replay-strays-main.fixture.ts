import { createOrchestrator, unwrap } from '@waybill/orchestrator';
import { engines, inOwn, optionsOf } from './replay-bench.ts';
import { type Errand, hostFunctionsOf, jobOf, steps } from './replay-steps.fixture.ts';
import { print, strays } from './replay-strays.fixture.ts';

// Plays every program of `strays` with the engine that it is told of, because what nobody catches is a matter of the
// whole process.

const engine = engines.find((name) => name === process.argv[2]) ?? engines[0];
const send = async (errand: Errand): Promise<unknown> => unwrap(await waybill.run(jobOf(errand)));
const hostFunctions = { ...hostFunctionsOf('here', strays), nest: send };
await using waybill = await createOrchestrator({ ...optionsOf(engine), hostFunctions });

for (const side of ['here', 'there'] as const) {
  for (const step of steps) {
    print(side, step);
    for (const { property: program } of strays) {
      await inOwn(() => send({ side, step, program })).catch((error) => print(error.code));
    }
  }
}
