import type { GuestMessageKind, HostMessageKind } from '../kit/kit-types.ts';
import type { PreparedProgram } from '../program/prepare-program.ts';
import type { GuestIsolate } from './guest-isolate.ts';
import type { EndedTurn, TurnTerms } from './turn.ts';

/** One message of the kit, without the job it is from; see `GuestMessageKind` for what the fields hold. */
export interface JobMessage {
  readonly kind: GuestMessageKind;
  readonly id: number;
  readonly n: number;
  readonly a: string;
  readonly b: string;
}

/** Who hears the messages that the kit sends for one job, and what becomes of the realm. */
export interface RealmListener {
  message(message: JobMessage): void;
  /**
   * A promise was rejected and nobody handled it, in a turn of this job or behind one.
   *
   * @param reason - an object of the guest, not to be looked at here
   */
  stray?(reason: unknown): void;
  /** The realm is gone; nothing more will be heard. */
  lost(): void;
}

/** One message of the host to the kit, without the job it is for. */
export interface HostMessage {
  readonly kind: HostMessageKind;
  readonly id?: number;
  readonly n?: number;
  readonly a?: string;
  readonly b?: string;
  readonly extra?: readonly unknown[];
}

/** The key under which messages about the realm's program arrive; jobs count from 1. */
export const programKey = 0;

/** One set of globals with the kit in place, whichever engine it is of. */
export interface GuestRealm {
  readonly isolate: GuestIsolate;
  readonly id: string;
  /** What its guests may call; host calls name a function by its index here. */
  readonly hostFunctionNames: readonly string[];
  /** Jobs that are open in this realm. */
  readonly jobCount: number;
  /** Gives a job its key; messages under it go to the listener until `leave`. */
  join(listener: RealmListener): number;
  leave(key: number): void;
  /** Hears how the evaluation of the program ended; called once, and not where the realm is lost before. */
  onProgram(heard: (failure: string | undefined) => void, lost: () => void): void;
  /**
   * Makes one entry into guest code. In a closed realm nothing runs and the end is `lost`.
   *
   * @returns how it ended; never rejects
   */
  enter(jobKey: number, message: HostMessage, terms: TurnTerms): Promise<EndedTurn>;
  /**
   * Has the realm evaluate its one program; how that went is heard by `onProgram` and by the jobs that wait for it.
   *
   * @throws Error where the engine refuses what the parser took, in the engine's words
   */
  load(program: PreparedProgram, terms: TurnTerms): Promise<EndedTurn>;
  /** Frees the realm; guest code that still waits in it never runs again. Idempotent. */
  close(): void;
}
