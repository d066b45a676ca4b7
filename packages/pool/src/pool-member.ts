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

/** Where a member stands: `ready` takes attempts, `leaving` finishes those it has, `exited` is gone. */
type MemberState = 'ready' | 'leaving' | 'exited';

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
  #state: MemberState = 'ready';

  constructor(worker: Worker, port: MessagePort, links: MemberLinks) {
    const { listener } = links;
    this.threadId = worker.threadId;
    this.peer = openSession<ThreadApi>(port, {
      expose: { ...this.#offers(links) },
      names: ['cancel', 'callGuest', 'checkProgram', 'dropFunction', 'stats', 'close'],
    });
    worker.once('exit', (code) => {
      const expected = this.#state === 'leaving';
      this.#state = 'exited';
      this.peer.break(`the worker thread exited with code ${code}`);
      listener.workerExited(this.threadId, expected);
    });
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  leave(): void {
    if (this.#state === 'ready') this.#state = 'leaving';
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
      logged: (attemptId: number, line: LogLine) => this.attempts.get(attemptId)?.logged(line),
      hostCalled: (attemptId, ended) => this.attempts.get(attemptId)?.hostCalled(ended),
      functionProgram,
      isolateRecycled: (tenant, reason) => listener.isolateRecycled(this.threadId, tenant, reason),
      isolateWedged: (tenant, reason) => listener.isolateWedged(this.threadId, tenant, reason),
    };
  }
}
