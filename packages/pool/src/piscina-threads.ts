import type { Worker } from 'node:worker_threads';
import { type AttemptMessage, type AttemptReport, makeError } from '@waybill/protocol';
import { type ThreadGreeting, type ThreadOptions, workerEntryUrl } from '@waybill/worker/entry-url';
import { Piscina } from 'piscina';

/** What happens to the threads of a {@link PiscinaThreads}. */
export interface ThreadsListener {
  /** A thread is up and introduced itself, or said why it cannot work. */
  greeted(greeting: ThreadGreeting, worker: Worker): void;
  /** A thread failed outside of any attempt. */
  failed(error: unknown): void;
}

/** How many threads there are and what each is told at birth. */
export interface ThreadsPlan {
  readonly threads: number;
  readonly attemptsPerThread: number;
  readonly options: ThreadOptions;
}

/**
 * The threads, as Piscina keeps them: it starts them, replaces one that exits and carries attempts to them. Which thread
 * gets an attempt is decided before.
 */
export class PiscinaThreads {
  readonly #piscina: Piscina;

  constructor(plan: ThreadsPlan, listener: ThreadsListener) {
    this.#piscina = new Piscina({
      filename: workerEntryUrl.href,
      name: 'attempt',
      minThreads: plan.threads,
      maxThreads: plan.threads,
      concurrentTasksPerWorker: plan.attemptsPerThread,
      workerData: { waybill: plan.options },
      // The default parks the thread in Atomics.wait between attempts: no timer, no message and no isolate would
      // be served there until the next attempt comes.
      atomics: 'disabled',
      recordTiming: false,
      loadBalancer: (task, workers) => {
        const wanted: unknown = Reflect.get(task, Piscina.queueOptionsSymbol);
        const { threadId } = wanted as { threadId: number };
        return workers.find((worker) => worker.id === threadId) ?? null;
      },
    });
    this.#piscina.on('message', (message: ThreadGreeting) => {
      const worker = this.#piscina.threads.find(({ threadId }) => threadId === message.threadId);
      if (worker !== undefined) listener.greeted(message, worker);
    });
    this.#piscina.on('error', (error) => listener.failed(error));
  }

  /**
   * Runs an attempt in a thread.
   *
   * @throws `ERR_WAYBILL_WORKER_EXITED` where the thread ends before the report
   */
  async run(threadId: number, message: AttemptMessage): Promise<AttemptReport> {
    try {
      // No AbortSignal: for Piscina, to abort is to terminate the thread, with every other attempt in it.
      return (await this.#piscina.run({
        ...message,
        [Piscina.queueOptionsSymbol]: { threadId },
      })) as AttemptReport;
    } catch (cause) {
      throw makeError(
        'ERR_WAYBILL_WORKER_EXITED',
        'the worker thread ended before the job had settled',
        {
          cause,
          details: { threadId },
        },
      );
    }
  }

  /** Terminates the threads. Only after their isolates are disposed: with live isolates it hangs or crashes. */
  async destroy(): Promise<void> {
    await this.#piscina.destroy();
  }
}
