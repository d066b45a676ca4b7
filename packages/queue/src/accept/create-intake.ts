import type { DurableJobSpec } from '@waybill/protocol';
import type { Submitted } from '../job-queue.ts';
import type { Origin, QueueOffice } from '../queue-office.ts';
import { createBatcher } from './batcher.ts';
import type { NewJob } from './new-job.ts';
import { prepareJob } from './prepare-job.ts';
import { makeQueuedGauge } from './queued-gauge.ts';
import { writeBatch } from './write-batch.ts';

/** Where submissions come in. */
export interface Intake {
  /** Accepts a job in the context of the caller, as `JobQueue.submit` says. */
  submit(spec: DurableJobSpec, origin?: Origin): Promise<Submitted>;
  /** Takes no more, and writes what came before. */
  close(): Promise<void>;
}

// One session commits one batch after the other; a server commits one while the next is on its way.
const maxWriting = { embedded: 1, postgres: 2 } as const;

/** Makes the intake. Whoever made it closes it. */
export function createIntake(office: Omit<QueueOffice, 'submit'>): Intake {
  const { database, settings, now } = office;
  const gauge = makeQueuedGauge(database, { maxCount: settings.maxQueuedPerTenant, now });
  const batcher = createBatcher<NewJob, Submitted>({
    write: (jobs) => writeBatch({ ...office, gauge }, jobs),
    weigh: ({ spec, input, context }) => spec.length + input.length + context.length,
    maxWeight: 8 * 2 ** 20,
    maxCount: 500,
    maxWriting: maxWriting[database.kind],
  });
  return {
    submit: async (spec, origin) => batcher.add(await prepareJob(office, spec, origin)),
    close: () => batcher.close(),
  };
}
