import type { EscalationStep } from '@waybill/protocol';

/** What an orchestrator counted since it was made. */
export interface OfficeCounts {
  /**
   * How often each step was the last: of `interrupt`, `dispose` and `wedge` the jobs against which it was taken, of `kill`
   * the processes that were killed.
   */
  readonly escalationCounts: Record<EscalationStep, number>;
  /** Attempts that were lost and after which their jobs ran again. */
  rerunCount: number;
  /** Processes that ended without having been closed. */
  lostProcessCount: number;
}

/** Nothing counted yet. */
export function newCounts(): OfficeCounts {
  return {
    escalationCounts: { interrupt: 0, dispose: 0, wedge: 0, kill: 0 },
    rerunCount: 0,
    lostProcessCount: 0,
  };
}
