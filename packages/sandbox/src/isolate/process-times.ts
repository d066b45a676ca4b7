import type { CpuReading, RunTimes } from '../engine/cpu-clock.ts';

/** Bytes of the buffer that the threads of a process share to add up what their isolates ran. */
export const runClockBytes = 16;

const countBits = 10n;
const countMask = (1n << countBits) - 1n;

// Of the machine's start, in microseconds: the same in every thread.
const nowUs = (): bigint => process.hrtime.bigint() / 1_000n;

/**
 * What the isolates of this process ran and what cpu the process used, added up over all of its threads.
 *
 * Each thread makes its own from the one buffer that they share.
 */
export class ProcessTimes implements RunTimes {
  // The time that isolates ran, and how many run now, in one number: two could not be read at the same moment.
  readonly #runs: BigInt64Array;
  // What the Node threads themselves used, in microseconds, as far as each has looked.
  readonly #own: BigInt64Array;
  #ownUs = 0;

  /** @param buffer - of {@link runClockBytes} bytes, zeros at first, the same for all threads of the process */
  constructor(buffer: SharedArrayBuffer) {
    this.#runs = new BigInt64Array(buffer, 0, 1);
    this.#own = new BigInt64Array(buffer, 8, 1);
  }

  begin(): (ranMs: number | undefined) => void {
    const startUs = nowUs();
    Atomics.add(this.#runs, 0, 1n - (startUs << countBits));
    return (ranMs) => {
      const endUs = ranMs === undefined ? nowUs() : startUs + BigInt(Math.round(ranMs * 1_000));
      Atomics.add(this.#runs, 0, (endUs << countBits) - 1n);
    };
  }

  read(): CpuReading {
    const own = process.threadCpuUsage();
    const ownUs = own.user + own.system;
    const addedUs = BigInt(ownUs - this.#ownUs);
    this.#ownUs = ownUs;
    const allOwnUs = Atomics.add(this.#own, 0, addedUs) + addedUs;
    const all = process.cpuUsage();
    const runs = Atomics.load(this.#runs, 0);
    const ranUs = (runs >> countBits) + (runs & countMask) * nowUs();
    return {
      cpuMs: (all.user + all.system - Number(allOwnUs)) / 1_000,
      runningMs: Number(ranUs) / 1_000,
    };
  }
}
