import type { MessagePort, Worker } from 'node:worker_threads';
import {
  type FunctionProgram,
  type LogLine,
  type Parcel,
  type SubmitterApi,
  type ThreadApi,
  makeError,
} from '@waybill/protocol';
import { type Peer, openSession } from '@waybill/rpc';
import type { AttemptHost, PoolListener } from './pool-options.ts';

/**
 * Where a member stands: `ready` takes attempts, `leaving` finishes those it has because the pool closes, `failing`
 * because it must end, `gone` answers nobody.
 */
type MemberState = 'ready' | 'leaving' | 'failing' | 'gone';

/** Whom a member speaks with here. */
export interface MemberLinks {
  readonly listener: PoolListener;
  readonly functionProgram: (functionKey: string) => FunctionProgram;
}

/** One pool thread, seen from the submitting thread. Made and kept in the root context. */
export class PoolMember {
  readonly threadId: number;
  readonly peer: Peer<ThreadApi>;
  /** The attempts that this thread was given: it may speak for no others. */
  readonly attempts: Map<number, AttemptHost> = new Map();
  /** Places taken, from the lease on. */
  leasedCount = 0;
  /** Whether it was late with a report and has sent none since: it gets attempts only where no other has a place. */
  isSuspect = false;
  readonly #mourners: Set<(cause: unknown) => void> = new Set();
  #state: MemberState = 'ready';

  constructor(worker: Worker, port: MessagePort, links: MemberLinks) {
    const { listener } = links;
    this.threadId = worker.threadId;
    this.peer = openSession<ThreadApi>(port, {
      expose: { ...this.#offers(links) },
      names: ['cancel', 'callGuest', 'checkProgram', 'dropFunction', 'stats', 'close'],
    });
    const end = (how: string, cause?: unknown): void => {
      if (this.#state === 'gone') return;
      const expected = this.#state === 'leaving';
      this.#state = 'gone';
      this.peer.break(`the worker thread ${how}`);
      for (const tell of this.#mourners) tell(cause);
      listener.workerExited(this.threadId, expected);
    };
    // A thread that dies of an error is given up by Piscina right then; its exit may come late, or never.
    worker.once('error', (error) => end('failed', error));
    worker.once('exit', (code) => end(`exited with code ${code}`));
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  /**
   * Calls `tell` when the thread is gone, with the error that it died of, if any.
   *
   * @returns takes it back
   */
  whenGone(tell: (cause: unknown) => void): () => void {
    this.#mourners.add(tell);
    return () => void this.#mourners.delete(tell);
  }

  /** The pool closes: that the thread ends is expected from now on. */
  leave(): void {
    if (this.#state === 'ready') this.#state = 'leaving';
  }

  /** The thread said that it must end. */
  fail(): void {
    if (this.#state === 'ready') this.#state = 'failing';
  }

  #offers({ listener, functionProgram }: MemberLinks): SubmitterApi {
    return {
      hostCall: (attemptId: number, name: string, args: Parcel) => {
        const host = this.attempts.get(attemptId);
        if (host === undefined)
          throw makeError('ERR_WAYBILL_JOB_ENDED', 'the job of this host call has ended');
        const call = (callbackId: number, passed: Parcel): Promise<Parcel> =>
          this.peer.call('callGuest', [attemptId, callbackId, passed]);
        return host.hostCall(name, args, call);
      },
      catchUp: () => undefined,
      logged: (attemptId: number, line: LogLine) => this.attempts.get(attemptId)?.logged(line),
      hostCalled: (attemptId, ended) => this.attempts.get(attemptId)?.hostCalled(ended),
      functionProgram,
      isolateRecycled: (tenant, reason) => listener.isolateRecycled(this.threadId, tenant, reason),
      isolateWedged: (tenant, reason) => listener.isolateWedged(this.threadId, tenant, reason),
    };
  }
}
