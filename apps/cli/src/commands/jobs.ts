import type { Command } from 'commander';
import type { JobFilter, ListedJob } from '@waybill/client';
import { durableJobStates, type DurableJob, type DurableJobState } from '@waybill/protocol';
import { withConnection } from '../connect.ts';
import { exitCodes, UsageError } from '../exit-codes.ts';
import { collect, parseMoment, wholeNumber } from '../input/parse.ts';
import { readSubmit, withSubmit, type SubmitOptions } from '../input/submit-options.ts';
import { talking, type Session, type Tools } from '../session.ts';
import { showMoment, showValue } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';
import { jobLines, jobRecord, noteFailure } from '../terminal/show-job.ts';

interface ListFlags {
  readonly state?: readonly string[];
  readonly function?: string;
  readonly schedule?: string;
  readonly from?: number;
  readonly before?: number;
  readonly limit: number;
}

/** Adds `waybill jobs`. */
export function addJobs(program: Command, session: Session): void {
  const jobs = program.command('jobs').summary('durable jobs').description('Durable jobs.');
  const submit = jobs
    .command('submit')
    .description('Submit a job that is run once this command has ended, too; prints its id.')
    .argument('[file]', 'JavaScript: a module with a default export; - is the standard input')
    .option('--wait', 'wait until it is settled; Ctrl-C ends the wait, not the job');
  withConnection(withSubmit(submit)).action(talking(session, submitJob));
  const wait = jobs
    .command('wait')
    .description(
      'Wait until a job is settled, through restarts of the service, and print its value. Ctrl-C ends the wait, not the job.',
    )
    .argument('<id>');
  withConnection(wait).action(talking(session, (tools, _options, [id = '']) => waitFor(tools, id)));
  withConnection(jobs.command('get').description('Show a job.').argument('<id>')).action(
    talking(session, async (tools, _options, [id = '']) =>
      show(tools, await tools.client.jobs.get(id, { signal: tools.signal })),
    ),
  );
  addList(jobs, session);
  const cancel = jobs
    .command('cancel')
    .description('Ask for the end of a job: one that runs may still succeed first.')
    .argument('<id>')
    .option('--reason <text>', 'half a sentence for its error');
  withConnection(cancel).action(
    talking<{ readonly reason?: string }>(session, async (tools, { reason }, [id = '']) => {
      const { client, signal } = tools;
      const why = reason === undefined ? {} : { reason };
      return show(tools, await client.jobs.cancel(id, { ...why, signal }));
    }),
  );
  const redrive = jobs
    .command('redrive')
    .description('Put a failed or cancelled job in the queue again.')
    .argument('<id>');
  withConnection(redrive).action(
    talking(session, async (tools, _options, [id = '']) =>
      show(tools, await tools.client.jobs.redrive(id, { signal: tools.signal })),
    ),
  );
}

function addList(jobs: Command, session: Session): void {
  const command = jobs
    .command('list')
    .description('List jobs, the last submitted first.')
    .option('--state <state>', `${durableJobStates.join(', ')} (again for more)`, collect)
    .option('--function <name>', 'only those of this deployed function')
    .option('--schedule <name>', 'only those of this schedule')
    .option('--from <moment>', 'submitted at this moment or later', parseMoment)
    .option('--before <moment>', 'submitted before this moment', parseMoment)
    .option('--limit <count>', 'at most so many', wholeNumber(1, 1_000_000), 50);
  withConnection(command).action(talking(session, listJobs));
}

async function submitJob(
  tools: Tools,
  options: SubmitOptions & { readonly wait?: boolean },
  [file]: readonly string[],
): Promise<number> {
  const { client, output, signal } = tools;
  const { job, isNew } = await client.jobs.submit(await readSubmit(file, options), { signal });
  if (!isNew) output.note('the key gave a job that was there already');
  if (options.wait) return waitFor(tools, job.id);
  output.result(jobRecord(job), () => job.id);
  return exitCodes.ok;
}

async function waitFor({ client, output, signal }: Tools, id: string): Promise<number> {
  // Asked at once, so that a wrong id or address shows at once.
  const known = await client.jobs.get(id, { signal });
  const job = known.outcome ? known : await waitPatiently({ client, output, signal }, id);
  const { outcome } = job;
  if (output.isJson) output.result(jobRecord(job), () => '');
  else if (outcome?.ok && outcome.value !== undefined) {
    output.result(outcome.value, () => showValue(outcome.value));
  }
  if (outcome) noteFailure(output, outcome);
  return outcome?.ok ? exitCodes.ok : exitCodes.failed;
}

async function waitPatiently({ client, output, signal }: Tools, id: string): Promise<DurableJob> {
  try {
    return await withProgress(`waiting for ${id}`, () => client.jobs.wait(id, { signal }));
  } catch (error) {
    if (signal.aborted) output.note(`job ${id} goes on; "waybill jobs cancel ${id}" ends it`);
    throw error;
  }
}

async function listJobs({ client, output, signal }: Tools, flags: ListFlags): Promise<undefined> {
  const { state, function: name, schedule, from, before, limit } = flags;
  const filter: JobFilter = {
    states: state?.map(parseState),
    function: name,
    schedule,
    submittedFromMs: from,
    submittedBeforeMs: before,
    limit: Math.min(limit, 200),
  };
  const jobs: ListedJob[] = [];
  for await (const job of client.jobs.list(filter, { signal })) {
    jobs.push(job);
    if (jobs.length === limit) break;
  }
  const heading = ['ID', 'STATE', 'PROGRAM', 'ATTEMPTS', 'SUBMITTED', 'SETTLED', 'ERROR'];
  output.list(jobs, heading, (job) => [
    job.id,
    job.state,
    job.function ?? '-',
    String(job.attemptCount),
    showMoment(job.submittedAtMs),
    showMoment(job.settledAtMs),
    job.errorCode ?? '',
  ]);
}

function parseState(text: string): DurableJobState {
  const state = durableJobStates.find((each) => each === text);
  if (state !== undefined) return state;
  throw new UsageError(
    `--state: expected ${durableJobStates.join(', ')}, got ${JSON.stringify(text)}`,
  );
}

async function show({ output }: Tools, job: DurableJob): Promise<undefined> {
  output.result(jobRecord(job), () => jobLines(job));
}
