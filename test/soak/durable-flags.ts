import { parseArgs } from 'node:util';
import { type Target, targetsOf, type WorldDatabase } from '../chaos/durable-world.ts';

/** What the command line asks for. */
export interface DurableFlags {
  readonly database: WorldDatabase;
  readonly targets: readonly Target[];
  readonly seed: number;
  readonly laneCount: number;
  readonly jobCount: number;
  readonly everyMs: number;
}

/** The command line asks for something that there is not; the message is one line for people. */
export class UsageError extends Error {}

/** Reads the command line. @throws UsageError */
export function readFlags(args: readonly string[]): DurableFlags {
  const values = readOptions(args);
  const database = oneOf('--database', values.database, ['embedded', 'postgres']);
  const targets = targetsOf[database];
  const killed = values.kill?.split(',') ?? targets;
  return {
    database,
    targets: killed.map((name) => oneOf('--kill', name, targets)),
    seed: wholeNumber('--seed', values.seed),
    laneCount: wholeNumber('--lanes', values.lanes, 1),
    jobCount: wholeNumber('--jobs', values.jobs, 1),
    everyMs: wholeNumber('--seconds-between', values['seconds-between'], 1) * 1_000,
  };
}

function readOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        jobs: { type: 'string', default: '20000' },
        database: { type: 'string', default: 'embedded' },
        kill: { type: 'string' },
        'seconds-between': { type: 'string', default: '3' },
        seed: { type: 'string', default: String(Date.now() % 1_000_000) },
        lanes: { type: 'string', default: '32' },
      },
    }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [sentence = ''] = error.message.split(/\. |\n/);
    throw new UsageError(sentence, { cause: error });
  }
}

function oneOf<T extends string>(flag: string, given: string, known: readonly T[]): T {
  const found = known.find((name) => name === given);
  if (found) return found;
  throw new UsageError(`${flag}: expected ${known.join(' or ')}, got ${JSON.stringify(given)}`);
}

function wholeNumber(flag: string, given: string, least = 0): number {
  const number = Number(given);
  if (/^\d+$/.test(given) && number >= least && Number.isSafeInteger(number)) return number;
  const expected = `a whole number of at least ${least}`;
  throw new UsageError(`${flag}: expected ${expected}, got ${JSON.stringify(given)}`);
}
