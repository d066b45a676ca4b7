import type { GuestRealm } from '../engine/guest-realm.ts';
import type { EndedTurn, TurnOwner } from '../engine/turn.ts';
import type { Settlement } from './job-options.ts';

/** How long a guest may take to hear that its job was stopped, in ms: to run its abort listeners. */
const farewellMs = 50;

/** Whom to tell that a job is over. */
export interface Farewell {
  readonly realm: GuestRealm;
  readonly key: number;
  /** Computing time that the job may take at all, in ms. */
  readonly cpuMs: number;
  readonly owner: TurnOwner;
}

/** Tells what a job left behind in a realm that lives on that it is over. @returns the turns in which it hears that */
export function sayFarewell(
  { realm, key, cpuMs, owner }: Farewell,
  settlement: Settlement,
): Promise<EndedTurn>[] {
  const reason = settlement.ok ? 'the job has ended' : settlement.error.message;
  const terms = { owner, budget: (): number => Math.min(farewellMs, cpuMs) };
  return [
    realm.enter(key, { kind: 'abort', a: reason }, terms),
    realm.enter(key, { kind: 'end' }, terms),
  ];
}
