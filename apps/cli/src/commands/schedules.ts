import type { Command } from 'commander';
import { withConnection } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import { readDurable, withDurable, type DurableOptions } from '../input/submit-options.ts';
import { talking, type Session, type Tools } from '../session.ts';
import { showMoment } from '../terminal/output.ts';

interface PutFlags extends DurableOptions {
  readonly cron: string;
  readonly timezone?: string;
  readonly paused?: boolean;
}

/** Adds `waybill schedules`. */
export function addSchedules(program: Command, session: Session): void {
  const schedules = program
    .command('schedules')
    .summary('jobs that are submitted again and again')
    .description('Jobs that are submitted again and again.');
  const put = schedules
    .command('put')
    .description('Make or replace a schedule.')
    .argument('<name>')
    .argument('[file]', 'JavaScript: a module with a default export; - is the standard input')
    .requiredOption(
      '--cron <expression>',
      'five fields: minute, hour, day of month, month, day of week',
    )
    .option('--timezone <zone>', 'such as Europe/Berlin (default: UTC)')
    .option('--paused', 'submit nothing for now');
  withConnection(withDurable(put)).action(talking(session, putSchedule));
  withConnection(schedules.command('list').description('List the schedules.')).action(
    talking(session, listSchedules),
  );
  const get = schedules.command('get').description('Show a schedule as JSON.').argument('<name>');
  withConnection(get).action(
    talking(session, async ({ client, output, signal }, _options, [name = '']) => {
      const schedule = await client.schedules.get(name, { signal });
      output.result(schedule, () => JSON.stringify(schedule, null, 2));
      return exitCodes.ok;
    }),
  );
  const remove = schedules
    .command('remove')
    .description('Remove a schedule. Jobs that it submitted stay.')
    .argument('<name>');
  withConnection(remove).action(
    talking(session, async ({ client, output, signal }, _options, [name = '']) => {
      const isRemoved = await client.schedules.remove(name, { signal });
      output.result({ isRemoved }, () => (isRemoved ? `removed ${name}` : `there is no ${name}`));
      return isRemoved ? exitCodes.ok : exitCodes.usage;
    }),
  );
}

async function putSchedule(
  { client, output, signal }: Tools,
  flags: PutFlags,
  [name = '', file]: readonly string[],
): Promise<undefined> {
  const { cron, timezone, paused } = flags;
  const job = await readDurable(file, flags);
  const spec = { cron, timezone, isPaused: paused, job };
  const { schedule, isNew } = await client.schedules.put(name, spec, { signal });
  output.result({ ...schedule, isNew }, () => {
    const next = schedule.isPaused ? 'paused' : `next at ${showMoment(schedule.nextAtMs[0])}`;
    return `${isNew ? 'made' : 'replaced'} ${name}, ${next}`;
  });
}

async function listSchedules({ client, output, signal }: Tools): Promise<undefined> {
  const all = [];
  for await (const each of client.schedules.list({ limit: 200 }, { signal })) all.push(each);
  output.list(all, ['NAME', 'CRON', 'ZONE', 'PROGRAM', 'NEXT'], (each) => [
    each.name,
    each.cron,
    each.timezone,
    each.function ?? '-',
    each.isPaused ? 'paused' : showMoment(each.nextAtMs[0]),
  ]);
}
