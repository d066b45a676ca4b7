import type { Database } from '@waybill/queue';
import { PgBoss, type Db } from 'pg-boss';
import { type DurableLane, type DurableLaneJob, readJob, slotCount } from './durable-lane.ts';

const queueName = 'raw';

/** Collects the calls of one turn of the event loop and makes one of them. */
function batched<T>(work: (items: readonly T[]) => Promise<unknown>): (item: T) => Promise<void> {
  let waiting: { item: T; done: PromiseWithResolvers<void> }[] = [];
  const flush = (): void => {
    const batch = waiting;
    waiting = [];
    const settle = work(batch.map(({ item }) => item));
    settle.then(
      () => batch.forEach(({ done }) => done.resolve()),
      (error: unknown) => batch.forEach(({ done }) => done.reject(error)),
    );
  };
  return (item) => {
    const done = Promise.withResolvers<void>();
    // As our queue does: whoever waits for more makes each job of an empty queue wait.
    if (waiting.length === 0) setImmediate(flush);
    waiting.push({ item, done });
    return done.promise;
  };
}

/** A database as pg-boss wants it. */
function asBossDatabase(database: Database): Db {
  return {
    async executeSql(text, values) {
      const rows = values?.length
        ? await database.query(text, values)
        : await database.script(text);
      return { rows: [...rows] };
    },
  };
}

/** The design that was measured first: pg-boss alone, in batches, without results, context or history. */
class PgBossLane implements DurableLane {
  readonly name = 'pg-boss alone';
  onStart: (job: DurableLaneJob) => void = () => {};
  readonly accept: (job: DurableLaneJob) => Promise<void>;
  readonly #boss: PgBoss;
  readonly #complete: (id: string) => Promise<void>;
  #runningCount = 0;
  #settledCount = 0;
  #isFetching = false;
  #isKicked = false;

  constructor(boss: PgBoss) {
    this.#boss = boss;
    this.#complete = batched((ids) => boss.complete(queueName, [...ids]));
    const insert = batched<DurableLaneJob>((jobs) =>
      boss.insert(
        queueName,
        jobs.map((job) => ({ data: job, group: { id: job.tenant } })),
      ),
    );
    this.accept = async (job) => {
      await insert(job);
      void this.#kick();
    };
  }

  settledCount(): number {
    return this.#settledCount;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#boss.stop({ graceful: false, close: true });
  }

  /** One dispatcher: fetches as long as there is something and a slot for it. */
  async #kick(): Promise<void> {
    this.#isKicked = true;
    if (this.#isFetching) return;
    this.#isFetching = true;
    while (this.#isKicked && this.#runningCount < slotCount) {
      this.#isKicked = false;
      const batchSize = slotCount - this.#runningCount;
      const jobs = await this.#boss.fetch<DurableLaneJob>(queueName, {
        batchSize,
        groupConcurrency: slotCount,
      });
      if (jobs.length > 0) this.#isKicked = true;
      this.#runningCount += jobs.length;
      for (const { id, data } of jobs) void this.#run(id, data);
    }
    this.#isFetching = false;
  }

  async #run(id: string, data: DurableLaneJob): Promise<void> {
    this.onStart(readJob(data, data.tenant));
    await this.#complete(id);
    this.#runningCount -= 1;
    this.#settledCount += 1;
    void this.#kick();
  }
}

/**
 * Opens the bare engine: on a database of ours, or with its own driver.
 *
 * @param onError - hears what fails in the background
 */
export async function openPgBossLane(
  at: Database | string,
  onError: (error: unknown) => void,
): Promise<DurableLane> {
  const boss = new PgBoss({
    ...(typeof at === 'string'
      ? { connectionString: at, max: 10 }
      : { db: asBossDatabase(at), backend: 'pglite' }),
    schedule: false,
  });
  boss.on('error', onError);
  await boss.start();
  await boss.createQueue(queueName);
  return new PgBossLane(boss);
}
