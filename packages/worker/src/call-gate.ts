import { type Parcel, makeError } from '@waybill/protocol';

/**
 * Characters of arguments that one attempt may have under way to the submitting thread. All attempts of a process share one
 * channel, and what is in it cannot be overtaken: an attempt that sends more waits for its own calls, not others for it.
 */
const maxUnderWayChars = 128 * 1024;

interface WaitingCall {
  readonly chars: number;
  readonly pass: (turn: Disposable) => void;
  readonly refuse: (error: Error) => void;
}

/** Lets calls of one attempt through to the submitting thread, in order and only so much at a time. */
export class CallGate implements Disposable {
  readonly #waiting: WaitingCall[] = [];
  #underWayChars = 0;
  #isClosed = false;

  /**
   * Waits until a call with these arguments may be sent. A single one may, however large it is.
   *
   * @returns to be disposed when the call has settled
   * @throws `ERR_WAYBILL_JOB_ENDED` where the gate is closed before that
   */
  enter({ text, bytes }: Parcel): Promise<Disposable> {
    const { promise, resolve, reject } = Promise.withResolvers<Disposable>();
    this.#waiting.push({ chars: text.length + bytes.length, pass: resolve, refuse: reject });
    this.#letThrough();
    return promise;
  }

  /** Refuses the calls that still wait, and all that come. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#letThrough();
  }

  #letThrough(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const { chars, pass, refuse } = next;
      const hasRoom = this.#underWayChars === 0 || this.#underWayChars + chars <= maxUnderWayChars;
      if (!hasRoom && !this.#isClosed) return;
      this.#waiting.shift();
      if (this.#isClosed) refuse(makeError('ERR_WAYBILL_JOB_ENDED', 'the job has ended'));
      else pass(this.#take(chars));
    }
  }

  #take(chars: number): Disposable {
    this.#underWayChars += chars;
    return {
      [Symbol.dispose]: () => {
        this.#underWayChars -= chars;
        this.#letThrough();
      },
    };
  }
}
