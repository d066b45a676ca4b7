import { ContextSnapshot } from '@waybill/context';
import {
  type AttemptMessage,
  type FunctionProgram,
  type Parcel,
  type SubmitterApi,
  type ThreadApi,
  makeError,
} from '@waybill/protocol';
import { type Peer, openSession } from '@waybill/rpc';
import {
  checkEnded,
  checkId,
  checkLine,
  checkName,
  checkParcel,
  checkReason,
} from './check-offered.ts';
import type { AttemptHost, PoolListener } from './pool-options.ts';
import type { ThreadGone } from './thread-gone.ts';
import type { JoinedThread } from './threads.ts';
import { withinMs } from './within.ts';

/**
 * Where a member stands: `ready` takes attempts; `retiring` finishes those it has because it is worn out, `failing` because
 * it must end; `leaving` is being closed; `gone` answers nobody.
 */
type MemberState = 'ready' | 'retiring' | 'failing' | 'leaving' | 'gone';

/** How long a thread that is replaced may take to close, in ms. */
const closeLimitMs = 1_000;

/** Where a member is, and whom it speaks with here. */
export interface MemberLinks {
  readonly processId: number;
  readonly listener: PoolListener;
  readonly functionProgram: (functionKey: string) => FunctionProgram;
  /** The thread keeps more memory than it should. */
  wornOut(member: PoolMember): void;
}

/** One pool thread, seen from the submitting thread. Made and kept in the root context. */
export class PoolMember {
  readonly processId: number;
  readonly threadId: number;
  readonly peer: Peer<ThreadApi>;
  /** The attempts that this thread was given: it may speak for no others. */
  readonly attempts: Map<number, AttemptHost> = new Map();
  /** Keys of the deployed functions that it was given attempts at and may ask for, with how many. */
  readonly functionKeys: Map<string, number> = new Map();
  /** Whether it was late with a report and has sent none since: it gets attempts only where no other has a place. */
  isSuspect = false;
  readonly #thread: JoinedThread;
  readonly #mourners: Set<(gone: ThreadGone) => void> = new Set();
  #leasedCount = 0;
  #state: MemberState = 'ready';

  constructor(thread: JoinedThread, links: MemberLinks) {
    const { processId, listener } = links;
    this.#thread = thread;
    this.processId = processId;
    this.threadId = thread.threadId;
    this.peer = openSession<ThreadApi>(thread.port, {
      expose: { ...this.#offers(links) },
      names: ['cancel', 'callGuest', 'checkProgram', 'dropFunction', 'stats', 'close'],
    });
    thread.onGone((gone) => {
      if (this.#state === 'gone') return;
      const expected = this.#state === 'leaving';
      this.#state = 'gone';
      this.peer.break(gone.error.message);
      for (const tell of this.#mourners) tell(gone);
      listener.workerExited({ processId, threadId: this.threadId }, expected);
    });
  }

  /** Takes an attempt: from now on the thread may speak for it. @returns ends that */
  take({ attemptId, target }: AttemptMessage, host: AttemptHost): () => void {
    this.attempts.set(attemptId, host);
    const key = target.kind === 'function' ? target.functionKey : undefined;
    if (key !== undefined) this.functionKeys.set(key, (this.functionKeys.get(key) ?? 0) + 1);
    return () => {
      this.attempts.delete(attemptId);
      if (key === undefined) return;
      const leftCount = (this.functionKeys.get(key) ?? 0) - 1;
      if (leftCount > 0) this.functionKeys.set(key, leftCount);
      else this.functionKeys.delete(key);
    };
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  get isGone(): boolean {
    return this.#state === 'gone';
  }

  /** Asks which attempt's guest holds the thread; see `JoinedThread`. */
  holder(): Promise<number | undefined> {
    return this.#thread.holder();
  }

  /** Ends the thread under its attempts. */
  end(): void {
    this.fail();
    this.#thread.terminate();
  }

  /** Places taken, from the lease on. */
  get leasedCount(): number {
    return this.#leasedCount;
  }

  /** Takes a place. */
  lease(): void {
    this.#leasedCount += 1;
  }

  /** Gives a place back. */
  release(): void {
    this.#leasedCount -= 1;
    if (this.#state === 'retiring') this.#leaveIfEmpty();
  }

  /**
   * Calls `tell` when the thread is gone.
   *
   * @returns takes it back
   */
  whenGone(tell: (gone: ThreadGone) => void): () => void {
    this.#mourners.add(tell);
    return () => void this.#mourners.delete(tell);
  }

  /** The pool closes: that the thread ends is expected from now on. */
  leave(): void {
    if (this.#state === 'ready' || this.#state === 'retiring') this.#state = 'leaving';
  }

  /** The thread gets no new attempts, and is closed and terminated when those that it has are over. */
  retire(): void {
    if (this.#state !== 'ready') return;
    this.#state = 'retiring';
    this.#leaveIfEmpty();
  }

  /** The thread said that it must end. */
  fail(): void {
    if (this.#state === 'ready' || this.#state === 'retiring') this.#state = 'failing';
  }

  #leaveIfEmpty(): void {
    if (this.#leasedCount > 0) return;
    this.#state = 'leaving';
    const closed = ContextSnapshot.root.run(() =>
      withinMs(closeLimitMs, this.peer.call('close', [])),
    );
    void closed.then(() => this.#thread.terminate());
  }

  #offers(links: MemberLinks): SubmitterApi {
    const { processId, listener, functionProgram } = links;
    const { threadId } = this;
    const here = { processId, threadId };
    const hostOf = (attemptId: unknown): AttemptHost => {
      const host = this.attempts.get(checkId(attemptId));
      if (host !== undefined) return host;
      throw makeError('ERR_WAYBILL_JOB_ENDED', 'the job of this host call has ended');
    };
    return {
      hostCall: (attemptId, name, args) => {
        const call = (callbackId: number, passed: Parcel): Promise<Parcel> =>
          this.peer.call('callGuest', [attemptId, callbackId, passed]).then(checkParcel);
        return hostOf(attemptId).hostCall(checkName(name), checkParcel(args), call);
      },
      hostCalling: (attemptId) => hostOf(attemptId).hostCalling(),
      catchUp: () => undefined,
      logged: (attemptId, line) => this.attempts.get(checkId(attemptId))?.logged(checkLine(line)),
      hostCalled: (attemptId, ended) =>
        this.attempts.get(checkId(attemptId))?.hostCalled(checkEnded(ended)),
      functionProgram: (functionKey) => {
        // Programs are their tenants' own: a thread is told only of those that it has attempts at.
        if (this.functionKeys.has(functionKey)) return functionProgram(functionKey);
        const words = 'the thread has no attempt at such a function';
        throw makeError('ERR_WAYBILL_FUNCTION_NOT_FOUND', words);
      },
      isolateRecycled: (tenant, reason) =>
        listener.isolateRecycled(here, checkName(tenant), checkReason(reason)),
      isolateWedged: (tenant, reason) =>
        listener.isolateWedged(here, checkName(tenant), checkName(reason)),
      wornOut: () => links.wornOut(this),
    };
  }
}
