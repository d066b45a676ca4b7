import type { AttemptMessage, AttemptReport } from '@waybill/protocol';
import { closeMembers } from './close-members.ts';
import { type Crew, type Crews, leasedCountOf } from './crew.ts';
import { type Doubt, doubtThread } from './doubt-thread.ts';
import { setEngineFlags } from './engine-flags.ts';
import { PiscinaThreads } from './piscina-threads.ts';
import type { ProcessStats } from './pool.ts';
import type { PoolMember } from './pool-member.ts';
import type { PoolOptions } from './pool-options.ts';
import { Roster } from './roster.ts';
import { threadsPlan } from './threads-plan.ts';
import type { Threads } from './threads.ts';
import { withinMs } from './within.ts';

/** How long threads have to end at least, in ms, however long their isolates took. */
const leastEndMs = 250;

/** The only crew of thread containment: threads in the submitting process. */
export class ThreadCrew implements Crew, Crews {
  readonly processId: number = process.pid;
  readonly roster: Roster;
  readonly serving: readonly Crew[] = [this];
  readonly all: readonly Crew[] = [this];
  readonly #threads: Threads;

  private constructor(options: PoolOptions) {
    this.roster = new Roster(options, this.processId);
    this.#threads = new PiscinaThreads(threadsPlan(options), this.roster);
  }

  /** Starts the threads; they are up when it resolves. @throws why one could not start */
  static async start(options: PoolOptions): Promise<ThreadCrew> {
    setEngineFlags();
    const crew = new ThreadCrew(options);
    try {
      await crew.roster.complete();
      return crew;
    } catch (error) {
      await crew.close(1_000);
      throw error;
    }
  }

  open(): readonly Crew[] {
    return this.all;
  }

  placed(): void {
    // Every place here is like every other.
  }

  released(): void {
    // As above.
  }

  async doubt(_crew: Crew, member: PoolMember, attemptId: number): Promise<Doubt> {
    const doubt = await doubtThread(member, attemptId);
    if (doubt === 'held') {
      const words = `a guest that nothing can stop holds worker thread ${member.threadId} until the process ends`;
      process.emitWarning(words, 'WaybillWarning');
    }
    return doubt;
  }

  giveUp(): void {
    // The process is the submitting one.
  }

  run(threadId: number, message: AttemptMessage): Promise<AttemptReport> {
    return this.#threads.run(threadId, message);
  }

  stats(): ProcessStats {
    const leasedCount = leasedCountOf(this);
    return { processId: this.processId, state: 'serving', rssBytes: 0, leasedCount };
  }

  async close(graceMs: number): Promise<void> {
    const members = [...this.roster.members];
    const overMs = performance.now() + graceMs;
    await closeMembers(this.roster, graceMs);
    // One with a guest that cannot be stopped does not end; it is left behind.
    await withinMs(Math.max(leastEndMs, overMs - performance.now()), this.#threads.end());
    for (const member of members) member.peer[Symbol.dispose]();
  }
}
