import { type WaybillError, makeError } from '@waybill/protocol';
import type { LossKind, ProcessLoss } from '@waybill/pool';
import type { GuestProgram } from './quarantine.ts';

/**
 * What the loss of a process says about an attempt that ran there. `innocent`: it was not this one. `suspect`: it may have
 * been. `culprit`: nothing else was there.
 */
export type Verdict = 'innocent' | 'suspect' | 'culprit';

/** What is known when a process is lost. */
export interface LossScene {
  readonly how: LossKind;
  /** What ran there. */
  readonly programs: readonly GuestProgram[];
  /** Whether it was one attempt that had the process for itself. */
  readonly alone: boolean;
}

/** Says what the loss of a process means for the attempts that ran there; the same for all of them. */
export function verdictOn({ how, programs, alone }: LossScene): Verdict {
  switch (how) {
    // The guest of a wedged process was found out and has settled before; what is left there is not that one.
    case 'wedged':
    case 'outside':
      return 'innocent';
    case 'crash':
      // Nothing crashes a process that does not run.
      return new Set(programs.map(nameOf)).size === 1 ? 'culprit' : 'suspect';
    case 'memory':
      // Idle isolates of others hold memory, too.
      return alone ? 'culprit' : 'suspect';
    case 'silent':
      // A machine that sleeps, a debugger, a host function that blocks: a guest is one of many reasons.
      return 'suspect';
    default:
      return how satisfies never;
  }
}

/** Whether the process was ended by us. */
export function wasKilled(how: LossKind): boolean {
  return how !== 'crash' && how !== 'outside';
}

/** What the job of a culprit fails with. */
export function culpritError({ how, reason }: ProcessLoss): WaybillError {
  if (how === 'memory') {
    const words =
      'the process of the guest held more memory than it may, with no other guest in it';
    return makeError('ERR_WAYBILL_GUEST_MEMORY_LIMIT', words, {
      details: { limit: 'maxRssBytes' },
    });
  }
  const words = `the guest ended its process, with no other guest in it: ${reason}`;
  return makeError('ERR_WAYBILL_GUEST_CRASHED', words);
}

function nameOf({ tenant, programHash }: GuestProgram): string {
  return `${tenant} ${programHash}`;
}
