import { extname } from 'node:path';
import { ContextSnapshot } from '@waybill/context';
import { createOrchestrator } from '@waybill/orchestrator';
import { echo } from './exchange.ts';
import { type Lane, WrongAnswer } from './lane.ts';
import { ourLane } from './our-pool.ts';
import { carried } from './our-variables.ts';

/** One job in so many has a host function look at all that was carried: few enough to weigh nothing, enough to be sure. */
const jobsPerCheck = 100;

/** So many requests, each with values of its own, whose jobs are mixed. No divisor in common with the above: each is looked at. */
const requestCount = 17;

const source = `export default async ({ number, looksAt }, { host }) =>
  looksAt === undefined ? number : host.carriedValues(looksAt)`;

/** One pool and one function whose jobs carry more or fewer variables. */
export interface CarriagePool extends AsyncDisposable {
  /** Gives a lane whose jobs carry so many. Disposing it does nothing. */
  laneOf(variableCount: number): Lane;
}

/** Opens a pool of one thread. */
export async function openCarriage(): Promise<CarriagePool> {
  const waybill = await createOrchestrator({
    threads: 1,
    containment: 'thread',
    workerHostFunctions: new URL(
      `./our-worker-functions${extname(import.meta.url)}`,
      import.meta.url,
    ),
  });
  await waybill.deploy({ name: 'carrier', source });
  return {
    laneOf(variableCount) {
      // Made ahead: an application sets its variables once a request, not once a job.
      const requests = Array.from({ length: requestCount }, (_, request) =>
        contextOf(valuesOf(request, variableCount)),
      );
      return ourLane(waybill, {
        name: `${variableCount} ${variableCount === 1 ? 'variable' : 'variables'}`,
        job: (number) => {
          const looksAt = number % jobsPerCheck === 0 ? variableCount : undefined;
          return { function: 'carrier', input: { number, looksAt } };
        },
        check(number, answer) {
          if (number % jobsPerCheck !== 0) return echo.check(number, answer);
          const expected = valuesOf(number % requestCount, variableCount);
          if (JSON.stringify(answer) !== JSON.stringify(expected)) {
            throw new WrongAnswer(expected, answer);
          }
        },
        within: (number, submit) =>
          (requests[number % requestCount] ?? ContextSnapshot.root).run(submit),
      });
    },
    [Symbol.asyncDispose]: () => waybill[Symbol.asyncDispose](),
  };
}

/** Gives values as long as an id of a request or of a tenant: 36 characters. */
function valuesOf(request: number, count: number): string[] {
  const one = String(request).padStart(8, '0');
  return Array.from(
    { length: count },
    (_, index) => `${one}-0000-4000-8000-${String(index).padStart(12, '0')}`,
  );
}

function contextOf(values: readonly string[]): ContextSnapshot {
  return values.reduce<() => ContextSnapshot>(
    (next, value, index) => () => carried[index]?.run(value, next) ?? next(),
    () => ContextSnapshot.capture(),
  )();
}
