/**
 * What was used up to one moment, each since any fixed instant, in ms: with the engine `isolate` by the isolates of the
 * process, with `realm` by the turns of one thread.
 */
export interface CpuReading {
  /** Cpu time; of a process, but for what its Node threads used themselves. */
  readonly cpuMs: number;
  /** Time on the wall that they ran, added up over all of them. */
  readonly runningMs: number;
}

/** Where a {@link CpuClock} reads from. What runs is an isolate, or with the engine `realm` a turn. */
export interface RunTimes {
  /**
   * Counts one as running, until the function that it gives is called with how long it ran in fact, in ms;
   * `undefined`: all the time.
   */
  begin(): (ranMs: number | undefined) => void;
  read(): CpuReading;
}

/** Running time from which a share is worked out, in ms. Systems count the cpu time of a thread in ticks of up to 10 ms. */
const windowMs = 20;

/** How long a reading is good enough, in ms: it costs about as much as the shortest turn. */
const staleAfterMs = 5;

/**
 * Running time after which nothing of an earlier share counts, in ms; a window counts by its length. One in which the machine
 * was away for a moment must not stretch the next limit to many seconds: where the machine is back, a guest that loops would
 * have all of them.
 */
const settleMs = 80;

/** How much longer on the wall somebody may take than the computing time that he may have, however busy the machine is. */
const maxStretch = 10;

/** A share below this is a reading gone wrong, and would make a limit endless. */
const leastShare = 0.02;

/**
 * Tells computing time from time on the wall.
 *
 * How long a turn ran is known on the wall, whether or not the machine had a core for it. What share of one it got is the
 * cpu time in a window over the time that was run in it. With the engine `isolate` both are of all isolates of the
 * process, whose shares are the same, more or less; with `realm` of the turns of one thread, which run one after the other.
 */
export class CpuClock {
  readonly #times: RunTimes;
  readonly #now: () => number;
  #share = 1;
  #last: CpuReading;
  #lastMs: number;
  #windowStart: CpuReading;

  /** @param now - a clock on the wall, in ms */
  constructor(times: RunTimes, now: () => number = () => performance.now()) {
    this.#times = times;
    this.#now = now;
    this.#last = times.read();
    this.#lastMs = now();
    this.#windowStart = this.#last;
  }

  /** The share of a core that what runs got lately; 1 as long as too little has run to say. */
  get share(): number {
    return this.#share;
  }

  /** Counts one more as running; see {@link RunTimes.begin}. */
  begin(): (ranMs: number | undefined) => void {
    return this.#times.begin();
  }

  /** The reading that a stretch of running starts from. */
  mark(): CpuReading {
    return this.#now() - this.#lastMs < staleAfterMs ? this.#last : this.#look();
  }

  /**
   * How much cpu time somebody got who ran for `ranMs` on the wall.
   *
   * @param since - the mark from when that began
   */
  cpuMs(ranMs: number, since: CpuReading): number {
    if (ranMs < staleAfterMs) return ranMs * this.#share;
    const reading = this.#look();
    // Of a long stretch its own share is known, whatever was before.
    const isLong = reading.runningMs - since.runningMs >= windowMs;
    return ranMs * (isLong ? shareOf(since, reading) : this.#share);
  }

  /**
   * How long it may take on the wall to get so much cpu time: as long as it would take on an idle machine, and twice the
   * waiting that is to be expected after what was lately. A limit that is cut short is a job that fails without a fault.
   */
  wallMs(cpuMs: number): number {
    const waitingMs = cpuMs / this.#share - cpuMs;
    return Math.min(cpuMs + 2 * waitingMs, maxStretch * cpuMs);
  }

  #look(): CpuReading {
    const reading = this.#times.read();
    this.#last = reading;
    this.#lastMs = this.#now();
    if (reading.runningMs - this.#windowStart.runningMs >= windowMs) {
      const part = Math.min(1, (reading.runningMs - this.#windowStart.runningMs) / settleMs);
      this.#share += part * (shareOf(this.#windowStart, reading) - this.#share);
      this.#windowStart = reading;
    }
    return reading;
  }
}

function shareOf(from: CpuReading, to: CpuReading): number {
  const share = (to.cpuMs - from.cpuMs) / (to.runningMs - from.runningMs);
  return Math.min(1, Math.max(leastShare, share));
}
