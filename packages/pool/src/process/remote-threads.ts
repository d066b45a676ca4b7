import {
  type AttemptMessage,
  type AttemptReport,
  type WaybillError,
  errorFromWire,
  sealAttempt,
  toWaybillError,
} from '@waybill/protocol';
import type { ThreadGone } from '../thread-gone.ts';
import type { Threads, ThreadsListener } from '../threads.ts';
import { mapFrame, packBytes, unpackBytes } from './link-bytes.ts';
import type { DownMessage, EnvelopeTexts, UpMessage } from './link-messages.ts';
import { monotonicEpochMs, toOurClock, toTheirClock } from './process-clock.ts';
import { RemotePort } from './remote-port.ts';

/** A thread over there. */
interface RemoteThread {
  readonly port: RemotePort;
  readonly mourners: Set<(gone: ThreadGone) => void>;
  /** Those who asked for its holder. */
  readonly asking: Set<(attemptId: number | undefined) => void>;
}

/** The threads of a pool process, seen from the submitting one: attempts and session frames go over one link. */
export class RemoteThreads implements Threads {
  readonly #send: (message: DownMessage, texts?: EnvelopeTexts) => void;
  readonly #listener: ThreadsListener;
  readonly #threadCount: number;
  readonly #threads: Map<number, RemoteThread> = new Map();
  readonly #runs: Map<number, PromiseWithResolvers<AttemptReport>> = new Map();
  #lastRunId = 0;
  // How far its clock is behind ours, in ms.
  #offsetMs = 0;
  #goneBy: WaybillError | undefined;

  /** @param threadCount - how many there may be: a process that a guest took over may claim any number */
  constructor(
    send: (message: DownMessage, texts?: EnvelopeTexts) => void,
    listener: ThreadsListener,
    threadCount: number,
  ) {
    this.#send = send;
    this.#listener = listener;
    this.#threadCount = threadCount;
  }

  run(threadId: number, message: AttemptMessage): Promise<AttemptReport> {
    if (this.#goneBy !== undefined) return Promise.reject(this.#goneBy);
    const runId = ++this.#lastRunId;
    const run = Promise.withResolvers<AttemptReport>();
    this.#runs.set(runId, run);
    const envelope = sealAttempt(toTheirClock(message, this.#offsetMs));
    const { bytes, head, text, limits, program } = envelope;
    this.#send({ kind: 'run', runId, threadId, program }, [bytes, head, text, limits]);
    return run.promise;
  }

  /**
   * Takes a message that came from the process.
   *
   * @returns whether it can be true
   */
  receive(message: UpMessage): boolean {
    if (message.kind === 'joined') return this.#joined(message.threadId, message.workerFunctions);
    this.#take(message);
    return true;
  }

  /** The process is gone: everything that was under way there fails with the error. */
  lose(error: WaybillError): void {
    if (this.#goneBy !== undefined) return;
    this.#goneBy = error;
    for (const threadId of this.#threads.keys()) this.#gone(threadId, { error });
    for (const run of this.#runs.values()) run.reject(error);
    this.#runs.clear();
  }

  /** The threads end with their process. */
  end(): Promise<void> {
    return Promise.resolve();
  }

  #take(message: Exclude<UpMessage, { kind: 'joined' }>): void {
    switch (message.kind) {
      case 'failing':
        return this.#listener.failing(message.threadId);
      case 'failed':
        return this.#listener.failed(errorFromWire(message.error));
      case 'gone':
        return this.#gone(message.threadId, goneOf(message));
      case 'frame':
        return this.#threads
          .get(message.threadId)
          ?.port.receive(mapFrame(message.frame, unpackBytes));
      case 'holder':
        return this.#tellHolder(message.threadId, message.attemptId || undefined);
      case 'ran':
        return this.#settle(message.runId)?.resolve(toOurClock(message.report, this.#offsetMs));
      case 'refused':
        return this.#settle(message.runId)?.reject(errorFromWire(message.error));
      case 'beat':
        this.#offsetMs = message.epochMs - monotonicEpochMs();
        return undefined;
      default:
        return message satisfies never;
    }
  }

  #joined(threadId: number, workerFunctions: readonly string[]): boolean {
    if (this.#goneBy !== undefined) return true;
    if (this.#threads.has(threadId) || this.#threads.size >= this.#threadCount) return false;
    const port = new RemotePort((frame) =>
      this.#send({ kind: 'frame', threadId, frame: mapFrame(frame, packBytes) }),
    );
    const mourners = new Set<(gone: ThreadGone) => void>();
    const asking = new Set<(attemptId: number | undefined) => void>();
    this.#threads.set(threadId, { port, mourners, asking });
    this.#listener.joined({
      threadId,
      port,
      workerFunctions,
      onGone: (tell) => void mourners.add(tell),
      holder: () => {
        this.#send({ kind: 'holder', threadId });
        return new Promise((resolve) => asking.add(resolve));
      },
      terminate: () => this.#send({ kind: 'terminate', threadId }),
    });
    return true;
  }

  #tellHolder(threadId: number, attemptId: number | undefined): void {
    const asking = this.#threads.get(threadId)?.asking;
    for (const tell of asking ?? []) tell(attemptId);
    asking?.clear();
  }

  #gone(threadId: number, gone: ThreadGone): void {
    this.#tellHolder(threadId, undefined);
    const thread = this.#threads.get(threadId);
    this.#threads.delete(threadId);
    for (const tell of thread?.mourners ?? []) tell(gone);
  }

  #settle(runId: number): PromiseWithResolvers<AttemptReport> | undefined {
    const run = this.#runs.get(runId);
    this.#runs.delete(runId);
    return run;
  }
}

function goneOf({
  error,
  exhaustedBy,
}: Pick<Extract<UpMessage, { kind: 'gone' }>, 'error' | 'exhaustedBy'>): ThreadGone {
  const gone = { error: toWaybillError(errorFromWire(error)) };
  return exhaustedBy === undefined ? gone : { ...gone, exhaustedBy };
}
