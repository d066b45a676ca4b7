import type { Crew } from './crew.ts';
import type { Pool, PoolLease } from './pool.ts';
import type { PoolMember } from './pool-member.ts';

/** What a lease is a lease of. */
export interface Place {
  readonly crew: Crew;
  readonly member: PoolMember;
}

/** The right to a place of one pool, which knows which place. */
export class CrewLease implements PoolLease {
  readonly processId: number;
  readonly threadId: number;
  readonly pool: Pool;
  readonly place: Place;
  #released: (() => void) | undefined;

  /** @param released - told once, when the place is given back */
  constructor(pool: Pool, place: Place, released: () => void) {
    const { processId, threadId } = place.member;
    this.processId = processId;
    this.threadId = threadId;
    this.pool = pool;
    this.place = place;
    this.#released = released;
  }

  release(): void {
    const released = this.#released;
    this.#released = undefined;
    released?.();
  }
}
