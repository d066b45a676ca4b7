import type { AttemptMessage, AttemptReport } from '@waybill/protocol';
import type { Doubt } from './doubt-thread.ts';
import type { ProcessStats } from './pool.ts';
import type { PoolMember } from './pool-member.ts';
import type { Roster } from './roster.ts';

/** The threads of one process, and that process, as the pool sees them. */
export interface Crew {
  readonly processId: number;
  readonly roster: Roster;
  run(threadId: number, message: AttemptMessage): Promise<AttemptReport>;
  stats(): ProcessStats;
  /** A place in it was given back. */
  released(): void;
}

/** All crews of a pool: one with threads in the submitting process, several with pool processes. */
export interface Crews {
  /** Those that new attempts are placed in. */
  readonly serving: readonly Crew[];
  /** All that there are: also what stands by and what waits for its end. */
  readonly all: readonly Crew[];
  /**
   * Where an attempt of the tenant may be placed at this moment.
   *
   * @param alone - only where nothing else runs
   */
  open(tenant: string, alone: boolean): readonly Crew[];
  /** An attempt of the tenant was placed there. */
  placed(crew: Crew, tenant: string): void;
  /** A thread was late with the report of an attempt: finds out whether it can still serve, and acts on it. */
  doubt(crew: Crew, member: PoolMember, attemptId: number): Promise<Doubt>;
  /** A guest in it could not be stopped. */
  giveUp(crew: Crew): void;
  /** Ends all, once. */
  close(graceMs: number): Promise<void>;
}

/** Places that are taken in a crew. */
export function leasedCountOf({ roster }: Crew): number {
  return roster.members.reduce((sum, member) => sum + member.leasedCount, 0);
}
