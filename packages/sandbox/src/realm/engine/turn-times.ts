import type { CpuReading, RunTimes } from '../../engine/cpu-clock.ts';

/**
 * What the turns of this thread took. They run in it one after the other, and nothing else does meanwhile: what its clock
 * of cpu time says between two instants is the turn's.
 */
export class TurnTimes implements RunTimes {
  #cpuMs = 0;
  #runningMs = 0;

  begin(): () => void {
    const cpuUs = threadCpuUs();
    const startedMs = performance.now();
    return () => {
      this.#runningMs += performance.now() - startedMs;
      this.#cpuMs += (threadCpuUs() - cpuUs) / 1_000;
    };
  }

  read(): CpuReading {
    return { cpuMs: this.#cpuMs, runningMs: this.#runningMs };
  }
}

function threadCpuUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
