// The service as a process: `node apps/api/src/main.ts --help`.
import { parseArgs } from 'node:util';
import { isWaybillError } from '@waybill/protocol';
import { describeConfig } from './config/describe-config.ts';
import { invalidConfig } from './config/invalid-config.ts';
import { configKeys } from './config/keys.ts';
import { loadConfig } from './config/load-config.ts';
import { exitCodeOf } from './start/exit-code.ts';
import { checkConfig, serve } from './start/serve.ts';

const help = `Serves the Waybill API: runs jobs now, and keeps durable ones until they are settled.

usage: npm start -- [options]

  --config FILE  configuration as JSON (also WAYBILL_CONFIG); the environment goes before it
  --check        say whether the configuration is right, print it without its secrets, and end
  --help         print this

Exit code: 0 when it was told to end, 1 for what nobody foresaw, 2 for a wrong option or configuration, 3 where the port is taken,
a folder cannot be written, the database is away or the like, 130 or 143 after a second Ctrl-C or SIGTERM.

Keys of the configuration, each with its environment variable. Those that are objects are given as JSON, lists with commas;
DATABASE_URL is the same as WAYBILL_DATABASE_URL, and the password of the database may be in PGPASSWORD instead.

${describeConfig()}`;

async function main(args: readonly string[]): Promise<number> {
  const { config: file, check, help: wantsHelp } = readArguments(args);
  if (wantsHelp) {
    process.stdout.write(help);
    return 0;
  }
  const config = await loadConfig({ file });
  if (!check) return serve(config);
  process.stdout.write(checkConfig(config));
  return 0;
}

function readArguments(args: readonly string[]): {
  readonly config?: string;
  readonly check: boolean;
  readonly help: boolean;
} {
  try {
    return parseArgs({
      args: [...args],
      options: {
        config: { type: 'string' },
        check: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [got = ''] = error.message.split(/\. |\n/);
    const expected = `those that --help names${variableFor(got)}`;
    throw invalidConfig([{ path: 'options', expected, got }], error);
  }
}

/** Whoever writes `--port` means a key of the configuration: says the variable that sets it. */
function variableFor(words: string): string {
  const [, option] = /'--([\w.-]+)/.exec(words) ?? [];
  const meant = configKeys.find(({ path }) => [path.at(-1), path.join('.')].includes(option));
  return meant === undefined ? '' : ` (${meant.path.join('.')} is set by ${meant.variable})`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // One line for each thing that is wrong; the stack only where nobody foresaw it.
  const words = isWaybillError(error) ? `${error.code}: ${error.message}` : error;
  console.error('waybill:', words);
  process.exitCode = exitCodeOf(error);
}
