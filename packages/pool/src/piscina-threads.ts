import type { ResourceLimits, Worker } from 'node:worker_threads';
import {
  type AttemptEnvelope,
  type AttemptMessage,
  type AttemptReport,
  type ReportEnvelope,
  TurnNote,
  type WaybillError,
  errorFromWire,
  makeError,
  openReport,
  sealAttempt,
} from '@waybill/protocol';
import { type ThreadGreeting, makeRunClock, workerEntryUrl } from '@waybill/worker/entry-url';
import { Piscina } from 'piscina';
import type { ThreadGone } from './thread-gone.ts';
import { threadEnvironment } from './thread-environment.ts';
import type { JoinedThread, Threads, ThreadsListener, ThreadsPlan } from './threads.ts';

/** The error of an attempt whose thread is gone. */
function workerExited(threadId: number, how: string, cause?: unknown): WaybillError {
  const words = `the worker thread ended before the job had settled: it ${how}`;
  return makeError('ERR_WAYBILL_WORKER_EXITED', words, { cause, details: { threadId } });
}

/**
 * The threads of this process, as Piscina keeps them: it starts them, replaces one that exits and carries attempts to
 * them. Which thread gets an attempt is decided before.
 */
export class PiscinaThreads implements Threads {
  readonly #piscina: Piscina;

  constructor(plan: ThreadsPlan, listener: ThreadsListener) {
    this.#piscina = new Piscina({
      filename: workerEntryUrl.href,
      name: 'attempt',
      minThreads: plan.threads,
      maxThreads: plan.threads,
      concurrentTasksPerWorker: plan.attemptsPerThread,
      workerData: { waybill: { ...plan.options, runClock: makeRunClock() } },
      resourceLimits: heapLimit(plan.options),
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
    this.#introduceTo(listener);
    this.#piscina.on('error', (error) => listener.failed(error));
  }

  async run(threadId: number, message: AttemptMessage): Promise<AttemptReport> {
    return openReport(await this.runSealed(threadId, sealAttempt(message)));
  }

  /** The same for who only hands the attempt and its report on. */
  async runSealed(threadId: number, envelope: AttemptEnvelope): Promise<ReportEnvelope> {
    try {
      // No AbortSignal: for Piscina, to abort is to terminate the thread, with every other attempt in it.
      return (await this.#piscina.run({
        ...envelope,
        [Piscina.queueOptionsSymbol]: { threadId },
      })) as ReportEnvelope;
    } catch (cause) {
      if (this.#worker(threadId) === undefined)
        throw workerExited(threadId, 'is not there any more', cause);
      throw makeError('ERR_WAYBILL_INTERNAL', 'the worker thread could not take the job', {
        cause,
      });
    }
  }

  async end(): Promise<void> {
    await this.#piscina.destroy();
  }

  // Piscina gives a thread tasks from `workerCreate` on, the thread introduces itself with a message, in either order.
  #introduceTo(listener: ThreadsListener): void {
    const greetings = new Map<number, ThreadGreeting>();
    const created = new Set<number>();
    const introduce = (threadId: number): void => {
      const greeting = greetings.get(threadId);
      const worker = this.#worker(threadId);
      if (greeting === undefined || worker === undefined || !created.has(threadId)) return;
      greetings.delete(threadId);
      if (greeting.waybill === 'ready') listener.joined(joinedThread(greeting, worker));
      // Its first word: it could not start.
      else if (created.delete(threadId)) listener.failed(errorFromWire(greeting.error));
    };
    const joined = new Set<number>();
    this.#piscina.on('workerCreate', ({ id }: { readonly id: number }) => {
      created.add(id);
      introduce(id);
    });
    this.#piscina.on('workerDestroy', ({ id }: { readonly id: number }) => {
      created.delete(id);
      joined.delete(id);
    });
    this.#piscina.on('message', (greeting: ThreadGreeting) => {
      const { threadId } = greeting;
      // Its last word: one that is up dies of its error in a moment, and is heard of again.
      if (joined.has(threadId)) return listener.failing(threadId);
      if (greeting.waybill === 'ready') joined.add(threadId);
      greetings.set(threadId, greeting);
      introduce(threadId);
    });
  }

  #worker(threadId: number): Worker | undefined {
    return this.#piscina.threads.find((thread) => thread.threadId === threadId);
  }
}

// The guests of the isolate engine have heaps of their own.
function heapLimit({ engine }: ThreadsPlan['options']): ResourceLimits {
  if (engine.kind === 'isolate') return {};
  return { maxOldGenerationSizeMb: Math.ceil(engine.threadHeapBytes / 2 ** 20) };
}

function failedThread(threadId: number, error: unknown, note: TurnNote | undefined): ThreadGone {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (code !== 'ERR_WORKER_OUT_OF_MEMORY')
    return { error: workerExited(threadId, 'failed', error) };
  const gone = { error: workerExited(threadId, 'ran out of memory', error) };
  const exhaustedBy = note?.read();
  return exhaustedBy === undefined ? gone : { ...gone, exhaustedBy };
}

function joinedThread(
  { threadId, port, workerFunctions, turnNote }: Extract<ThreadGreeting, { waybill: 'ready' }>,
  worker: Worker,
): JoinedThread {
  const note = turnNote && new TurnNote(turnNote);
  return {
    threadId,
    port,
    workerFunctions,
    onGone(tell) {
      // A thread that dies of an error is given up by Piscina right then; its exit may come late, or never.
      worker.once('error', (error) => tell(failedThread(threadId, error, note)));
      worker.once('exit', (code) =>
        tell({ error: workerExited(threadId, `exited with code ${code}`) }),
      );
    },
    holder: () => Promise.resolve(note?.read()),
    terminate: () => void worker.terminate(),
  };
}
