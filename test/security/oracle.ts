import { isDeepStrictEqual } from 'node:util';
import type { Expectation, HostileProgram } from './program.ts';

/*
 * How hostile programs are judged.
 *
 * The corpus (`corpus/`) is what guests try, one idea a program. A `Runner` runs one program in an engine, with other
 * tenants' jobs beside it, and observes; `judge` says from what was observed whether anybody came to harm. A program harms
 * nobody if all of this holds:
 *
 * - its job settled, once, no later than its deadline plus `graceMs`, with a code or value that is expected of it;
 * - it got hold of nothing: programs that look for a way out return the list of what they found, and the runner looks
 *   for secrets, and data of others, in all that the job said;
 * - the jobs of three other tenants that ran beside it gave the right values in the right context, without long waits;
 * - the next job of its tenant found built-ins and globals as they are in a fresh realm;
 * - the submitting process is alive, its event loop was never away for long, and its memory has not grown.
 *
 * `waybill-runner.ts` runs programs in Waybill. `naive-vm-runner.ts` runs them in a plain `node:vm` context: the
 * positive control, which proves that the programs and the judge do see an escape, or a hang, where there is one.
 */

/** How much later than its deadline a job may settle, in ms. */
export const graceMs = 2_000;

// A job beside takes some tens of ms; where it has to be run again alone it waits for a process, and for its turn.
const usualBesideMs = 2_500;

/** What a runner saw of one program. */
export interface Observation {
  /** From submit to settle, in ms; absent if the job never settled. */
  readonly tookMs?: number;
  /** Its deadline, in ms from its submit. */
  readonly deadlineMs: number;
  /** How it ended, if it did. */
  readonly ended?:
    | { readonly value: unknown }
    | { readonly code: string; readonly message: string };
  /** How often it was said to have settled. */
  readonly settledCount: number;
  /** What of others was found in what it said. */
  readonly leaked: readonly string[];
  /** Harm done to others, a sentence each. */
  readonly harm: readonly string[];
  /** How long the longest job of another tenant beside it took, in ms. */
  readonly besideMs: number;
}

/** What is to be said of one program. */
export interface Verdict {
  readonly program: HostileProgram;
  /** Its code, `value`, or `nothing` if it never settled. */
  readonly ended: string;
  readonly tookMs: number | undefined;
  /** How long the longest job of another tenant beside it took, in ms. */
  readonly besideMs: number;
  /** What it got hold of that is not its own. */
  readonly escaped: readonly string[];
  /** Everything that went wrong, what escaped included; empty if nobody came to harm. */
  readonly faults: readonly string[];
}

/** Runs hostile programs in some engine. */
export interface Runner {
  run(program: HostileProgram): Promise<Verdict>;
}

/** What is expected of a program on the running version of Node.js. */
function expectationOf({ expect, nodes }: HostileProgram): Expectation {
  return nodes?.[process.versions.node.split('.', 1)[0] ?? ''] ?? expect;
}

/** Says of what was observed whether anybody came to harm. */
export function judge(program: HostileProgram, observed: Observation): Verdict {
  const { ended, tookMs, deadlineMs, settledCount, leaked, harm, besideMs } = observed;
  const escaped = [...leaked, ...foundBy(program, ended)];
  const faults = [...escaped.map((what) => `it got hold of ${what}`), ...harm];
  if (ended === undefined || tookMs === undefined) faults.push('it did not settle');
  else {
    faults.push(...unexpected(expectationOf(program), ended));
    if (tookMs > deadlineMs + graceMs) {
      faults.push(`it settled after ${Math.round(tookMs)} ms, with a deadline of ${deadlineMs} ms`);
    }
  }
  if (settledCount !== 1) faults.push(`it settled ${settledCount} times`);
  const { mostBesideMs = usualBesideMs } = program;
  if (besideMs > mostBesideMs) faults.push(`a job beside it took ${Math.round(besideMs)} ms`);
  return { program, ended: nameOf(ended), tookMs, besideMs, escaped, faults };
}

function nameOf(ended: Observation['ended']): string {
  if (ended === undefined) return 'nothing';
  return 'code' in ended ? ended.code : 'value';
}

// A program that is expected to return an empty list returns what it found.
function foundBy({ expect }: HostileProgram, ended: Observation['ended']): string[] {
  if (ended === undefined || 'code' in ended || !Array.isArray(ended.value)) return [];
  if (!isDeepStrictEqual(expect.value, [])) return [];
  return ended.value.map(String);
}

function unexpected(expected: Expectation, ended: NonNullable<Observation['ended']>): string[] {
  if ('code' in ended) {
    const isFine = expected.codes?.some((code) => code === ended.code) ?? false;
    return isFine ? [] : [`it ended with ${ended.code}: ${ended.message.slice(0, 200)}`];
  }
  if ('value' in expected && isDeepStrictEqual(ended.value, expected.value)) return [];
  return [`it returned ${JSON.stringify(ended.value, writable)?.slice(0, 200)}`];
}

function writable(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value.toString(16).slice(0, 20)}n` : value;
}
