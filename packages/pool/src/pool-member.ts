import {
  type FunctionProgram,
  type LogLine,
  type Parcel,
  type SubmitterApi,
  type ThreadApi,
  type WaybillError,
  makeError,
} from '@waybill/protocol';
import { type Peer, openSession } from '@waybill/rpc';
import type { AttemptHost, PoolListener } from './pool-options.ts';
import type { JoinedThread } from './threads.ts';

/**
 * Where a member stands: `ready` takes attempts, `leaving` finishes those it has because the pool closes, `failing`
 * because it must end, `gone` answers nobody.
 */
type MemberState = 'ready' | 'leaving' | 'failing' | 'gone';

/** Where a member is, and whom it speaks with here. */
export interface MemberLinks {
  readonly processId: number;
  readonly listener: PoolListener;
  readonly functionProgram: (functionKey: string) => FunctionProgram;
}

/** One pool thread, seen from the submitting thread. Made and kept in the root context. */
export class PoolMember {
  readonly processId: number;
  readonly threadId: number;
  readonly peer: Peer<ThreadApi>;
  /** The attempts that this thread was given: it may speak for no others. */
  readonly attempts: Map<number, AttemptHost> = new Map();
  /** Places taken, from the lease on. */
  leasedCount = 0;
  /** Whether it was late with a report and has sent none since: it gets attempts only where no other has a place. */
  isSuspect = false;
  readonly #mourners: Set<(error: WaybillError) => void> = new Set();
  #state: MemberState = 'ready';

  constructor(thread: JoinedThread, links: MemberLinks) {
    const { processId, listener } = links;
    this.processId = processId;
    this.threadId = thread.threadId;
    this.peer = openSession<ThreadApi>(thread.port, {
      expose: { ...this.#offers(links) },
      names: ['cancel', 'callGuest', 'checkProgram', 'dropFunction', 'stats', 'close'],
    });
    thread.onGone((error) => {
      if (this.#state === 'gone') return;
      const expected = this.#state === 'leaving';
      this.#state = 'gone';
      this.peer.break(error.message);
      for (const tell of this.#mourners) tell(error);
      listener.workerExited({ processId, threadId: this.threadId }, expected);
    });
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  /**
   * Calls `tell` when the thread is gone, with the error of its attempts.
   *
   * @returns takes it back
   */
  whenGone(tell: (error: WaybillError) => void): () => void {
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

  #offers({ processId, listener, functionProgram }: MemberLinks): SubmitterApi {
    const { threadId } = this;
    const here = { processId, threadId };
    return {
      hostCall: (attemptId: number, name: string, args: Parcel) => {
        const host = this.attempts.get(attemptId);
        if (host === undefined)
          throw makeError('ERR_WAYBILL_JOB_ENDED', 'the job of this host call has ended');
        const call = (callbackId: number, passed: Parcel): Promise<Parcel> =>
          this.peer.call('callGuest', [attemptId, callbackId, passed]);
        return host.hostCall(name, args, call);
      },
      hostCalling: (attemptId) => {
        const host = this.attempts.get(attemptId);
        if (host === undefined)
          throw makeError('ERR_WAYBILL_JOB_ENDED', 'the job of this host call has ended');
        host.hostCalling();
      },
      catchUp: () => undefined,
      logged: (attemptId: number, line: LogLine) => this.attempts.get(attemptId)?.logged(line),
      hostCalled: (attemptId, ended) => this.attempts.get(attemptId)?.hostCalled(ended),
      functionProgram,
      isolateRecycled: (tenant, reason) => listener.isolateRecycled(here, tenant, reason),
      isolateWedged: (tenant, reason) => listener.isolateWedged(here, tenant, reason),
    };
  }
}
