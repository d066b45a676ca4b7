import type { Worker } from 'node:worker_threads';
import {
  type AttemptMessage,
  type AttemptReport,
  type WaybillError,
  makeError,
} from '@waybill/protocol';
import { type ThreadGreeting, type ThreadOptions, workerEntryUrl } from '@waybill/worker/entry-url';
import { Piscina } from 'piscina';
import { threadEnvironment } from './thread-environment.ts';

/** What happens to the threads of a {@link PiscinaThreads}. */
export interface ThreadsListener {
  /** A thread is up and introduced itself, or said why it cannot work, now or from now on. */
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

/** The error of an attempt whose thread is gone. */
export function workerExited(threadId: number, cause?: unknown): WaybillError {
  const words = 'the worker thread ended before the job had settled';
  return makeError('ERR_WAYBILL_WORKER_EXITED', words, { cause, details: { threadId } });
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
      env: threadEnvironment(),
      // The default parks the thread in Atomics.wait between attempts: no timer, no message and no isolate would
      // be served there until the next attempt comes.
      atomics: 'disabled',
      recordTiming: false,
      loadBalancer: (task, workers) => {
        const wanted: unknown = Reflect.get(task, Piscina.queueOptionsSymbol);
        const { threadId } = wanted as { threadId: number };
        const found = workers.find((worker) => worker.id === threadId);
        if (found !== undefined) return found;
        // Without an answer the task would wait in Piscina's own queue, and everybody's tasks behind it.
        throw new Error(`there is no worker thread ${threadId}`);
      },
    });
    const greetings = new Map<number, ThreadGreeting>();
    const created = new Set<number>();
    const introduce = (threadId: number): void => {
      const greeting = greetings.get(threadId);
      const worker = this.#piscina.threads.find((thread) => thread.threadId === threadId);
      if (greeting === undefined || worker === undefined || !created.has(threadId)) return;
      greetings.delete(threadId);
      // Its last word: what fails has nothing more to say.
      if (greeting.waybill === 'failed') created.delete(threadId);
      listener.greeted(greeting, worker);
    };
    // Piscina gives a thread tasks from the one on, the thread introduces itself with the other, in either order.
    this.#piscina.on('workerCreate', ({ id }: { readonly id: number }) => {
      created.add(id);
      introduce(id);
    });
    this.#piscina.on('message', (greeting: ThreadGreeting) => {
      greetings.set(greeting.threadId, greeting);
      introduce(greeting.threadId);
    });
    this.#piscina.on('error', (error) => listener.failed(error));
  }

  /**
   * Runs an attempt in a thread.
   *
   * @throws `ERR_WAYBILL_WORKER_EXITED` where the thread ends before the report; `ERR_WAYBILL_INTERNAL` where the message
   *   cannot be sent
   */
  async run(threadId: number, message: AttemptMessage): Promise<AttemptReport> {
    try {
      // No AbortSignal: for Piscina, to abort is to terminate the thread, with every other attempt in it.
      return (await this.#piscina.run({
        ...message,
        [Piscina.queueOptionsSymbol]: { threadId },
      })) as AttemptReport;
    } catch (cause) {
      const isUp = this.#piscina.threads.some((thread) => thread.threadId === threadId);
      if (!isUp) throw workerExited(threadId, cause);
      throw makeError('ERR_WAYBILL_INTERNAL', 'the worker thread could not take the job', {
        cause,
      });
    }
  }

  /** Terminates the threads. Only after their isolates are disposed: with live isolates it hangs or crashes. */
  async destroy(): Promise<void> {
    await this.#piscina.destroy();
  }
}
