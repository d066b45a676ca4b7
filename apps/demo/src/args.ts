import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface Command {
  readonly help: boolean;
  readonly all: boolean;
  readonly json: boolean;
  readonly threads: number;
}

/** The command line asks for something that there is not; the message is one line for people. */
export class UsageError extends Error {}

const MAX_THREADS = 64;

/** What `--help` prints. */
export const help: string = `Prices the orders of three tenants, each by rules of its own that run as guest code, and shows the context
trail of every job: what was seen behind each border that it crossed.

usage: npm run demo -- [options]

  --all          show the trail of every job, not only of the first ones of each tenant
  --threads N    pool threads, from 1 to ${MAX_THREADS} (default 2)
  --json         print one JSON document, with every hop
  --help         print this

Exit code: 0 when all is as it must be, 1 when a context, a sum or an error is wrong, 2 for a wrong option,
130 after Ctrl-C. NO_COLOR is respected.`;

/** Reads the command line. @throws UsageError */
export function parseCommand(args: readonly string[]): Command {
  const { help: wantsHelp, all, json, threads } = parseOptions(args);
  const threadCount = Number(threads);
  if (!/^\d+$/.test(threads) || threadCount < 1 || threadCount > MAX_THREADS) {
    const expected = `a whole number from 1 to ${MAX_THREADS}`;
    throw new UsageError(`--threads: expected ${expected}, got ${JSON.stringify(threads)}`);
  }
  return { help: wantsHelp, all, json, threads: threadCount };
}

function parseOptions(args: readonly string[]): {
  help: boolean;
  all: boolean;
  json: boolean;
  threads: string;
} {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        all: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        threads: { type: 'string', default: '2' },
      },
    }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [sentence = ''] = error.message.split(/\. |\n/);
    throw new UsageError(sentence, { cause: error });
  }
}
