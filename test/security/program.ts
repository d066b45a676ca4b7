import type { ErrorCode, Limits } from '@waybill/protocol';

/** What a hostile program is out for. */
export type Family = 'time' | 'memory' | 'crash' | 'escape' | 'forgery' | 'floods';

/** How a program may end: with one of these codes, or with exactly this value. */
export interface Expectation {
  readonly codes?: readonly ErrorCode[];
  readonly value?: unknown;
}

/** One idea to do harm, as a guest would bring it. */
export interface HostileProgram {
  readonly family: Family;
  /** Completes the sentence "a guest that ...". */
  readonly name: string;
  /**
   * An ES module, `export default` at the start of a line. One that looks for a way out returns the list of what it
   * got hold of, which must be empty.
   */
  readonly source: string;
  readonly expect: Expectation;
  /** Where the engines differ: what is expected on that major version of Node.js instead. */
  readonly nodes?: Readonly<Record<string, Expectation>>;
  readonly modules?: Readonly<Record<string, string>>;
  readonly input?: unknown;
  readonly limits?: Partial<Limits>;
  /** How long jobs of others beside it may take, in ms. @defaultValue 2500 */
  readonly mostBesideMs?: number;
  /**
   * The program is deployed, and an earlier job of it runs for another user, with the input `'victim'`. The program's
   * own job follows when that one has `settled`, or is `waiting` in `host.hold()`.
   */
  readonly victim?: 'settled' | 'waiting';
}

/** The limits of a hostile job that asks for no others: small, so that harm shows early. */
export const smallLimits = {
  wallMs: 1_000,
  cpuMs: 300,
  memoryBytes: 32 * 2 ** 20,
} as const satisfies Partial<Limits>;

/** What a program of any family says beside its family. */
export type Idea = Omit<HostileProgram, 'family'>;

/**
 * Puts ideas into a family.
 *
 * @param limits - of those that ask for none
 */
export function familyOf(
  family: Family,
  limits: Partial<Limits>,
  ...sections: (readonly Idea[])[]
): HostileProgram[] {
  return sections.flat().map((idea) => ({ family, limits, ...idea }));
}

/** A guest function with this body. */
export function guest(body: string): string {
  return `export default async (input, { host, context, signal, log }) => {\n${body}\n}`;
}

/** It was cut off while it computed. */
export const cutOff: Expectation = {
  codes: ['ERR_WAYBILL_GUEST_CPU_LIMIT', 'ERR_WAYBILL_DEADLINE_EXCEEDED'],
};

/** It was cut off while it took memory: at the heap limit, or before it came that far. */
export const memoryCutOff: Expectation = {
  codes: [
    'ERR_WAYBILL_GUEST_MEMORY_LIMIT',
    'ERR_WAYBILL_GUEST_CPU_LIMIT',
    'ERR_WAYBILL_DEADLINE_EXCEEDED',
  ],
};

/** The engine refused it with an error that the guest did not handle. */
export const threw: Expectation = { codes: ['ERR_WAYBILL_GUEST_THREW'] };

/** Every way in which both expectations allow it to end. */
export function either(one: Expectation, other: Expectation): Expectation {
  return { ...one, ...other, codes: [...(one.codes ?? []), ...(other.codes ?? [])] };
}
