import { Option, type Command } from 'commander';
import type { KeyStore } from '@waybill/api';
import type { ApiKey, Client, KeySpec } from '@waybill/client';
import { scopes, type Scope } from '@waybill/protocol/http';
import { connect, withConnection, type ConnectOptions } from '../connect.ts';
import { UsageError } from '../exit-codes.ts';
import { collect, parseDuration, parseMoment } from '../input/parse.ts';
import { assertGoingOn, type Session } from '../session.ts';
import { Output, showMoment } from '../terminal/output.ts';

interface KeyFlags extends ConnectOptions {
  readonly direct?: boolean;
  readonly config?: string;
  readonly data?: string;
}

const makers = '"waybill serve" and "waybill keys create" make one';

/** What is asked of API keys: over HTTP, or straight of the database. */
interface Keys {
  create(spec: KeySpec): Promise<{ readonly key: ApiKey; readonly token: string }>;
  page(filter: {
    readonly tenant: string | undefined;
    readonly cursor: string | undefined;
  }): Promise<{ readonly items: readonly ApiKey[]; readonly next?: string }>;
  revoke(id: string): Promise<ApiKey>;
  rotate(
    id: string,
    graceSeconds: number,
  ): Promise<{ readonly key: ApiKey; readonly token: string }>;
}

const directHelp = `
The first key: "waybill keys create --direct ..." writes to the database that the service is configured for, without asking the
service. The embedded database belongs to one process: stop the service meanwhile.`;

/** Adds `waybill keys`. */
export function addKeys(program: Command, session: Session): void {
  const keys = program
    .command('keys')
    .summary('API keys')
    .description('API keys; for operators: the token needs the scope admin.');
  const create = keys
    .command('create')
    .description('Make a key. Its token is printed this once.')
    .requiredOption('--name <text>', 'what it is for')
    .requiredOption('--for <tenant>', 'the tenant that it acts for')
    .requiredOption('--scope <scope>', `${scopes.join(', ')} (again for more)`, collect)
    .option('--expires <moment>', 'such as 2027-01-01T00:00:00Z (default: never)', parseMoment);
  withKeys(create).action(acting(session, createKey, { mayMake: true }));
  withKeys(
    keys
      .command('list')
      .description('List the keys, the newest first.')
      .option('--for <tenant>', 'only those of this tenant'),
  ).action(acting(session, listKeys));
  withKeys(keys.command('revoke').description('End a key for good.').argument('<id>')).action(
    acting(session, async (each, output, { args: [id = ''] }) => {
      const key = await each.revoke(id);
      output.result(key, () => `revoked ${key.id} (${key.name})`);
    }),
  );
  withKeys(
    keys
      .command('rotate')
      .description('Give a key a new token, printed this once.')
      .argument('<id>')
      .option(
        '--grace <time>',
        'how long the old token is accepted too, such as 1d',
        parseDuration,
        0,
      ),
  ).action(
    acting<{ readonly grace: number }>(session, async (each, output, { args: [id = ''], flags }) =>
      printToken(output, await each.rotate(id, flags.grace)),
    ),
  );
}

function withKeys(command: Command): Command {
  return withConnection(command)
    .option('--direct', 'work on the database, without a service')
    .option('--config <file>', 'with --direct: configuration of the service')
    .addOption(
      new Option('--data <folder>', 'as --direct, with the embedded database in this folder'),
    )
    .addHelpText('after', directHelp);
}

/** Whether a command may make the database, where it is the embedded one and not there. */
interface Making {
  readonly mayMake: boolean;
}

type Asked<Flags> = { readonly flags: Flags; readonly args: readonly string[] };

function acting<Flags extends object>(
  session: Session,
  act: (keys: Keys, output: Output, asked: Asked<Flags>) => Promise<void>,
  { mayMake }: Making = { mayMake: false },
): (this: Command) => Promise<void> {
  return async function (this: Command) {
    const flags = this.opts<Flags & KeyFlags>();
    const output = new Output(flags.json);
    const asked = { flags, args: this.args };
    if (!flags.direct && flags.data === undefined) {
      await act(overHttp(await connect(flags), session.signal), output, asked);
      return;
    }
    // Only here: the service takes its time to load.
    const { hasDatabase, loadConfig, openKeys } = await import('@waybill/api');
    const overrides = flags.data === undefined ? {} : { dataFolder: flags.data };
    const config = await loadConfig({ file: flags.config, overrides });
    if (!hasDatabase(config)) {
      const { dataFolder } = config;
      if (!mayMake) throw new UsageError(`${dataFolder}: no database is found there; ${makers}`);
      output.note(`making a database in ${dataFolder}, which takes some seconds`);
    }
    await using open = await openKeys(config);
    assertGoingOn(session);
    await act(straight(open.keys), output, asked);
  };
}

function overHttp({ keys }: Client, signal: AbortSignal): Keys {
  return {
    create: (spec) => keys.create(spec, { signal }),
    page: (filter) => keys.page(filter, { signal }),
    revoke: (id) => keys.revoke(id, { signal }),
    rotate: (id, graceSeconds) => keys.rotate(id, { graceSeconds }, { signal }),
  };
}

function straight(keys: KeyStore): Keys {
  return {
    create: (spec) => keys.create(spec),
    page: (filter) => keys.list(filter),
    revoke: (id) => keys.revoke(id),
    rotate: (id, graceSeconds) => keys.rotate(id, { graceSeconds }),
  };
}

interface CreateFlags {
  readonly name: string;
  readonly for: string;
  readonly scope: readonly string[];
  readonly expires?: number;
}

async function createKey(keys: Keys, output: Output, { flags }: Asked<CreateFlags>): Promise<void> {
  const { name, for: tenant, expires } = flags;
  const spec: KeySpec = {
    name,
    tenant,
    scopes: flags.scope.flatMap((text) => text.split(',')).map(parseScope),
    ...(expires !== undefined && { expiresAtMs: expires }),
  };
  printToken(output, await keys.create(spec));
}

function printToken(
  output: Output,
  { key, token }: { readonly key: ApiKey; readonly token: string },
): void {
  // The token alone on stdout: `export WAYBILL_TOKEN=$(waybill keys create ...)`.
  output.result({ ...key, token }, () => token);
  if (!output.isJson) output.note(`key ${key.id} (${key.name}); its token is shown this once`);
}

async function listKeys(
  keys: Keys,
  output: Output,
  { flags }: Asked<{ readonly for?: string }>,
): Promise<void> {
  const all: ApiKey[] = [];
  let cursor: string | undefined;
  do {
    const { items, next } = await keys.page({ tenant: flags.for, cursor });
    all.push(...items);
    cursor = next;
  } while (cursor !== undefined);
  output.list(all, ['ID', 'NAME', 'TENANT', 'SCOPES', 'CREATED', 'LAST USED', 'STATE'], (key) => [
    key.id,
    key.name,
    key.tenant,
    key.scopes.join(','),
    showMoment(key.createdAtMs),
    showMoment(key.lastUsedAtMs),
    stateOf(key),
  ]);
}

function stateOf({ revokedAtMs, expiresAtMs }: ApiKey): string {
  if (revokedAtMs !== undefined) return 'revoked';
  if (expiresAtMs === undefined) return 'valid';
  return expiresAtMs <= Date.now() ? 'expired' : `until ${showMoment(expiresAtMs)}`;
}

function parseScope(text: string): Scope {
  const scope = scopes.find((each) => each === text);
  if (scope !== undefined) return scope;
  throw new UsageError(`--scope: expected ${scopes.join(', ')}, got ${JSON.stringify(text)}`);
}
