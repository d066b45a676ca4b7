import { deepEqual, equal, ok } from 'node:assert/strict';
import { whoIsHere, within } from './context.ts';
import type {
  ContractLane,
  ContractOutcome,
  ContractProgram,
  ContractProgramSpec,
  ContractRunOptions,
} from './lane.ts';

/** The source of a guest whose function has this body; `host.contract` and `host.across` are in scope by their names. */
export function guest(body: string): string {
  return `export default async (input, { host, context, signal, log }) => {
    const { contract, across } = host;
    ${body}
  }`;
}

/** The value of a job. @throws Error its error, where it has none */
export function valueOf(outcome: ContractOutcome): unknown {
  if (outcome.ok) return outcome.value;
  throw outcome.error;
}

/** The code of a job's error, or `'ok'`. */
export function codeOf(outcome: ContractOutcome): string {
  return outcome.ok ? 'ok' : outcome.error.code;
}

/**
 * Proves that a guest was cut off for the time that it computed. On a machine that is busy with others it may be cut off
 * before it had a third of its time, and its job says that.
 */
export function assertCutOff(outcome: ContractOutcome): void {
  const codes = ['ERR_WAYBILL_GUEST_CPU_LIMIT', 'ERR_WAYBILL_WORKER_UNRESPONSIVE'];
  ok(codes.includes(codeOf(outcome)), `ended with ${codeOf(outcome)}`);
}

/** Makes a guest with this body ready. */
export async function prepare(
  lane: ContractLane,
  body: string,
  spec: Omit<ContractProgramSpec, 'source'> = {},
): Promise<ContractProgram> {
  return lane.prepare({ ...spec, source: guest(body) });
}

/** One run of a program. */
export interface RunAs extends ContractRunOptions {
  readonly program: ContractProgram;
  readonly input?: unknown;
}

/** Runs a job in the context of `label`, and proves that what follows its `run` is in that context again. */
export async function runAs(
  lane: ContractLane,
  label: string,
  { program, input, ...options }: RunAs,
): Promise<ContractOutcome> {
  return within(lane.context, label, async () => {
    const outcome = await program.run(input, options);
    equal(whoIsHere(lane.context), label);
    return outcome;
  });
}

/** Runs a job once in the context of `label`, and gives its value. */
export async function valueAs(lane: ContractLane, label: string, body: string): Promise<unknown> {
  const program = await prepare(lane, body);
  return valueOf(await runAs(lane, label, { program }));
}

/**
 * Runs a guest that returns the list of whom it saw for two submitters at once, and proves that each saw nobody but
 * itself, `count` times.
 */
export async function eachSeesItself(
  lane: ContractLane,
  count: number,
  body: string,
): Promise<void> {
  const program = await prepare(lane, body);
  const labels = ['ann', 'bob'];
  const outcomes = await Promise.all(labels.map((label) => runAs(lane, label, { program })));
  const expected = labels.map((label) => Array.from({ length: count }, () => label));
  deepEqual(outcomes.map(valueOf), expected);
}
