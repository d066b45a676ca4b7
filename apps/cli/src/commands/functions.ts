import type { Command } from 'commander';
import { withConnection } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import { readProgram, withProgram, type ProgramOptions } from '../input/job-options.ts';
import { talking, type Session, type Tools } from '../session.ts';
import { showMoment } from '../terminal/output.ts';

/** Adds `waybill functions`. */
export function addFunctions(program: Command, session: Session): void {
  const functions = program
    .command('functions')
    .summary('deployed functions')
    .description('Deployed functions: source that is run by its name.');
  const deploy = functions
    .command('deploy')
    .description(
      'Deploy a function. Its source is checked first; the same again is the same version.',
    )
    .argument('<name>')
    .argument('<file>', 'JavaScript: a module with a default export; - is the standard input');
  withConnection(withProgram(deploy)).action(talking(session, deployFunction));
  withConnection(functions.command('list').description('List the functions.')).action(
    talking(session, listFunctions),
  );
  const get = functions
    .command('get')
    .description('Print the source of a function; with --json all that is known of it.')
    .argument('<name>');
  withConnection(get).action(
    talking(session, async ({ client, output, signal }, _options, [name = '']) => {
      const stored = await client.functions.get(name, { signal });
      output.result(stored, () => stored.spec.source);
      return exitCodes.ok;
    }),
  );
  const remove = functions
    .command('remove')
    .description('Take every version of a function out of service. Jobs that wait for it fail.')
    .argument('<name>');
  withConnection(remove).action(
    talking(session, async ({ client, output, signal }, _options, [name = '']) => {
      const isRemoved = await client.functions.remove(name, { signal });
      output.result({ isRemoved }, () => (isRemoved ? `removed ${name}` : `there is no ${name}`));
      return isRemoved ? exitCodes.ok : exitCodes.usage;
    }),
  );
}

async function deployFunction(
  { client, output, signal }: Tools,
  options: ProgramOptions,
  [name = '', file = '']: readonly string[],
): Promise<undefined> {
  const spec = await readProgram(file, options);
  const { function: stored, isNew } = await client.functions.put(name, spec, { signal });
  output.result({ ...stored, isNew }, () => {
    const what = isNew ? 'deployed' : 'was there:';
    return `${what} ${stored.name} version ${stored.version}`;
  });
}

async function listFunctions({ client, output, signal }: Tools): Promise<undefined> {
  const all = [];
  for await (const each of client.functions.list({ limit: 200 }, { signal })) all.push(each);
  output.list(all, ['NAME', 'VERSION', 'DEPLOYED', 'HASH'], (each) => [
    each.name,
    String(each.version),
    showMoment(each.deployedAtMs),
    each.hash.slice(0, 12),
  ]);
}
