import { Option, type Command } from 'commander';
import { createClient, type Client } from '@waybill/client';
import { UsageError } from './exit-codes.ts';
import { readText } from './input/read-file.ts';
import { wholeNumber } from './input/parse.ts';

/** What every command takes that talks to a service. */
export interface ConnectOptions {
  readonly url: string;
  readonly tenant?: string;
  readonly tokenFile?: string;
  readonly timeout: number;
  readonly json: boolean;
}

const tokenHelp = `
The token (an API key or a JWT) comes from the environment variable WAYBILL_TOKEN or from --token-file. There is no flag that
takes the token itself: everybody on this machine can read the flags of a process.`;

/** Adds the options of {@link ConnectOptions}. */
export function withConnection(command: Command): Command {
  return command
    .addOption(
      new Option('--url <url>', 'address of the service')
        .env('WAYBILL_URL')
        .default('http://127.0.0.1:8478'),
    )
    .addOption(
      new Option('--tenant <name>', 'act for this tenant (default: the one of the token)').env(
        'WAYBILL_TENANT',
      ),
    )
    .addOption(
      new Option('--token-file <file>', 'file with the token (default: $WAYBILL_TOKEN)').env(
        'WAYBILL_TOKEN_FILE',
      ),
    )
    .option('--timeout <seconds>', 'how long one answer may take', wholeNumber(1, 86_400), 30)
    .option('--json', 'print JSON for programs', false)
    .addHelpText('after', tokenHelp);
}

/** Makes the client of a command. @throws UsageError for a token file that cannot be read */
export async function connect(options: ConnectOptions): Promise<Client> {
  const { url, tenant, tokenFile, timeout } = options;
  const token = tokenFile === undefined ? process.env['WAYBILL_TOKEN'] : await readText(tokenFile);
  const trimmed = token?.trim();
  if (tokenFile !== undefined && !trimmed) throw new UsageError(`${tokenFile}: it is empty`);
  return createClient({
    url,
    tenant,
    token: trimmed || undefined,
    timeoutMs: timeout * 1_000,
    // Whoever types sees at once that nothing is there; what waits for a job is more patient by itself.
    retries: 2,
  });
}
