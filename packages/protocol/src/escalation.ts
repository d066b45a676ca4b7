/**
 * A step of the ladder that ends a guest which does not end by itself: `interrupt` cuts its turn off, `dispose` takes
 * its isolate away under it, `wedge` gives up on its process, which takes no new work from then on, `kill` ends that process.
 */
export type EscalationStep = 'interrupt' | 'dispose' | 'wedge' | 'kill';

/** What the ladder says about one step. */
export interface EscalationEntry {
  /** How long the guest has to end after this step before the next is taken, in ms. */
  readonly graceMs: number;
  readonly meaning: string;
}

/** The ladder, in the order in which it is climbed. Thread containment ends at `wedge`: it has no process to kill. */
export const escalationLadder: { readonly [Step in EscalationStep]: EscalationEntry } = {
  interrupt: {
    graceMs: 100,
    meaning: 'The time limit of its turn cuts the guest off; its isolate stays.',
  },
  dispose: {
    graceMs: 500,
    meaning: 'The isolate of the guest is disposed; other jobs of its tenant in it are lost.',
  },
  wedge: {
    graceMs: 250,
    meaning:
      'The process takes no new work; what else runs there has this time to finish, and is run again elsewhere where that is safe.',
  },
  kill: {
    // Nothing is left to be done after it.
    graceMs: 0,
    meaning: 'The process is ended by SIGKILL, and replaced.',
  },
};

/** What climbing does at one step. */
export interface Rung {
  readonly step: EscalationStep;
  readonly take: () => void;
}

/**
 * Climbs the ladder, one step after the other, until the guest has ended or the last of the rungs is taken.
 *
 * @param rungs - in the order of the ladder; each is taken once
 * @param ended - resolves when the guest has ended; must not reject
 * @returns the last step that was taken: once the guest has ended, or at once after the last rung
 */
export async function climb(
  rungs: readonly Rung[],
  ended: Promise<unknown>,
): Promise<EscalationStep | undefined> {
  let taken: EscalationStep | undefined;
  for (const { step, take } of rungs) {
    // The guest of the step before has its grace first.
    if (taken !== undefined && (await endsWithin(ended, escalationLadder[taken].graceMs))) break;
    take();
    taken = step;
  }
  return taken;
}

async function endsWithin(ended: Promise<unknown>, graceMs: number): Promise<boolean> {
  const over = Promise.withResolvers<boolean>();
  const timer = setTimeout(over.resolve, graceMs, false);
  try {
    return await Promise.race([ended.then(() => true), over.promise]);
  } finally {
    clearTimeout(timer);
  }
}
