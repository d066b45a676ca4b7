import type { Program } from '@waybill/protocol';
import { programHash } from './program-hash.ts';

/** A program as one tenant runs it: what one tenant did with a shared template must not stop another. */
export interface GuestProgram {
  readonly tenant: string;
  /** SHA-256, in hexadecimal digits. */
  readonly programHash: string;
}

/** A program that is refused. */
export interface QuarantinedProgram extends GuestProgram {
  /** When it cost a process for the last time, in ms since 1970. */
  readonly sinceMs: number;
}

/** What an orchestrator shows of its quarantine, and lets its operator do. */
export interface QuarantineControl {
  /** The programs that are refused, the one that was seen last at the end. */
  list(): readonly QuarantinedProgram[];
  /**
   * Forgets all that is held against a program; its next jobs run like any other's.
   *
   * @returns whether there was something
   */
  release(tenant: string, programHash: string): boolean;
}

/** Processes that a program may cost; with the last of them it is refused. */
const maxStrikes = 2;

interface Mark extends GuestProgram {
  strikeCount: number;
  isOnProbation: boolean;
  /** The process of the last strike. */
  lastProcessId: number | undefined;
  sinceMs: number;
}

/** What is held against programs. Those seen least recently are forgotten where there are too many. */
export class Quarantine implements QuarantineControl {
  readonly #onQuarantined: (program: GuestProgram) => void;
  readonly #maxCount: number;
  readonly #marks: Map<string, Mark> = new Map();
  // How many there are for each tenant: a tenant without any pays for no hash.
  readonly #counts: Map<string, number> = new Map();
  #quarantinedCount = 0;

  /**
   * @param onQuarantined - called when a program is refused from then on
   * @param maxCount - programs that are remembered
   */
  constructor(onQuarantined: (program: GuestProgram) => void, maxCount = 10_000) {
    this.#onQuarantined = onQuarantined;
    this.#maxCount = maxCount;
  }

  /** Programs that are refused. */
  get quarantinedCount(): number {
    return this.#quarantinedCount;
  }

  /** Says that the program may have ended a process: its jobs run alone until one of them has ended without a loss. */
  suspect(program: GuestProgram): void {
    this.#mark(program).isOnProbation = true;
    this.#forgetOldest();
  }

  /**
   * Says that the program has cost a process, without a doubt.
   *
   * @param processId - which: one process counts once, however often it is reported
   */
  strike(program: GuestProgram, processId: number): void {
    const mark = this.#mark(program);
    if (mark.lastProcessId === processId) return;
    mark.lastProcessId = processId;
    mark.strikeCount += 1;
    mark.sinceMs = Date.now();
    if (mark.strikeCount === maxStrikes) {
      this.#quarantinedCount += 1;
      this.#onQuarantined({ tenant: mark.tenant, programHash: mark.programHash });
    }
    this.#forgetOldest();
  }

  /** Says that a job of the program ran alone and cost nothing. Strikes stay. */
  clear(program: GuestProgram): void {
    const mark = this.#marks.get(keyOf(program));
    if (mark === undefined) return;
    mark.isOnProbation = false;
    if (mark.strikeCount === 0) this.#forget(mark);
  }

  /** The hash of a program that is refused. */
  refuses(tenant: string, program: Program): string | undefined {
    const mark = this.#find(tenant, program);
    return mark !== undefined && isQuarantined(mark) ? mark.programHash : undefined;
  }

  /** Whether jobs of the program must run alone. */
  isOnProbation(tenant: string, program: Program): boolean {
    return this.#find(tenant, program)?.isOnProbation ?? false;
  }

  list(): readonly QuarantinedProgram[] {
    const quarantined = [...this.#marks.values()].filter(isQuarantined);
    return quarantined.map(({ tenant, programHash: hash, sinceMs }) => ({
      tenant,
      programHash: hash,
      sinceMs,
    }));
  }

  release(tenant: string, hash: string): boolean {
    const mark = this.#marks.get(keyOf({ tenant, programHash: hash }));
    if (mark !== undefined) this.#forget(mark);
    return mark !== undefined;
  }

  #find(tenant: string, program: Program): Mark | undefined {
    if (!this.#counts.has(tenant)) return undefined;
    const key = keyOf({ tenant, programHash: programHash(program) });
    const mark = this.#marks.get(key);
    if (mark === undefined) return undefined;
    this.#marks.delete(key);
    this.#marks.set(key, mark);
    return mark;
  }

  #mark({ tenant, programHash: hash }: GuestProgram): Mark {
    const key = keyOf({ tenant, programHash: hash });
    const mark = this.#marks.get(key) ?? {
      tenant,
      programHash: hash,
      strikeCount: 0,
      isOnProbation: false,
      lastProcessId: undefined,
      sinceMs: Date.now(),
    };
    if (!this.#marks.delete(key)) this.#counts.set(tenant, (this.#counts.get(tenant) ?? 0) + 1);
    this.#marks.set(key, mark);
    return mark;
  }

  #forgetOldest(): void {
    for (const oldest of this.#marks.values()) {
      if (this.#marks.size <= this.#maxCount) return;
      this.#forget(oldest);
    }
  }

  #forget(mark: Mark): void {
    this.#marks.delete(keyOf(mark));
    if (isQuarantined(mark)) this.#quarantinedCount -= 1;
    const left = (this.#counts.get(mark.tenant) ?? 0) - 1;
    if (left > 0) this.#counts.set(mark.tenant, left);
    else this.#counts.delete(mark.tenant);
  }
}

function isQuarantined({ strikeCount }: Mark): boolean {
  return strikeCount >= maxStrikes;
}

// No name of a tenant has a blank.
function keyOf({ tenant, programHash: hash }: GuestProgram): string {
  return `${tenant} ${hash}`;
}
