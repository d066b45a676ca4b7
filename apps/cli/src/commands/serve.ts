import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { wordsOf } from '../failures.ts';
import { wholeNumber } from '../input/parse.ts';
import type { Session } from '../session.ts';
import { Output } from '../terminal/output.ts';

interface ServeFlags {
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly data?: string;
  readonly check?: boolean;
}

interface WorkerFlags {
  readonly config?: string;
  readonly slots?: number;
  readonly name?: string;
}

const configHelp = `
Further configuration comes from the file and the environment: "node apps/api/src/main.ts --help" lists every key. Ctrl-C or
SIGTERM ends in order and exits with 0, a second one at once with 130 or 143; jobs that were accepted are not lost.`;

/** Adds `waybill serve` and `waybill worker`. */
export function addServe(program: Command, session: Session): void {
  program
    .command('serve')
    .summary('start the service')
    .description('Start the service: it takes jobs over HTTP, keeps durable ones and runs them.')
    .option('--config <file>', 'configuration as JSON (default: $WAYBILL_CONFIG)')
    .option('--host <address>', 'address to listen at')
    .option('--port <port>', 'port to listen at', wholeNumber(0, 65_535))
    .option('--data <folder>', 'folder of the embedded database')
    .option(
      '--check',
      'say whether the configuration is right, print it without its secrets, and end',
    )
    .addHelpText('after', configHelp)
    .action(async (flags: ServeFlags) => {
      session.exitCode = await serving(() => serve(session, flags));
    });
  program
    .command('worker')
    .summary('run durable jobs, without a service')
    .description('Run durable jobs of a PostgreSQL database, without a service: for more machines.')
    .option('--config <file>', 'configuration as JSON (default: $WAYBILL_CONFIG)')
    .option('--slots <count>', 'jobs at once', wholeNumber(1, 1_000))
    .option('--name <name>', "the same at each start and no other worker's (default: the host)")
    .addHelpText('after', configHelp)
    .action(async (flags: WorkerFlags) => {
      session.exitCode = await serving(() => work(session, flags));
    });
}

/** Loaded where it is needed: it takes its time, which the other commands do not have. */
const api = (): Promise<typeof import('@waybill/api')> => import('@waybill/api');

async function serve(
  { signal }: Session,
  { config: file, host, port, data, check }: ServeFlags,
): Promise<number> {
  const { checkConfig, loadConfig, serve: run } = await api();
  const config = await loadConfig({
    file,
    overrides: given({ 'listen.host': host, 'listen.port': port, dataFolder: data }),
  });
  // From here on it listens for signals itself.
  if (signal.aborted) return exitCodes.interrupted;
  if (!check) return run(config);
  process.stdout.write(checkConfig(config));
  return 0;
}

async function work(
  { signal }: Session,
  { config: file, slots, name }: WorkerFlags,
): Promise<number> {
  const { loadConfig, work: run } = await api();
  const overrides = given({ 'executor.slots': slots, 'executor.name': name });
  const config = await loadConfig({ file, overrides });
  return signal.aborted ? exitCodes.interrupted : run(config);
}

function given(overrides: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
}

/** The exit codes of a service are its own. */
async function serving(start: () => Promise<number>): Promise<number> {
  try {
    return await start();
  } catch (error) {
    const words = wordsOf(error);
    if (words === undefined) throw error;
    new Output(false).error(words);
    return (await api()).exitCodeOf(error);
  }
}
