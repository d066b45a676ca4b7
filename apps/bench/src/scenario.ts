import type { CallBook } from './method/call-book.ts';
import type { ScenarioNumbers } from './report/result.ts';

/** What a scenario is run with. */
export interface Bench {
  /** Gives the same load again. */
  readonly seed: number;
  /** Whether a look is enough: fewer and shorter rounds. */
  readonly isQuick: boolean;
  /** Cores of the machine that this process may use. */
  readonly cores: number;
  /** Threads of the pools that are compared: what the cores have beside the submitting thread, at least one. */
  readonly threads: number;
  /** Whether other systems are measured too, where they are installed. */
  readonly hasPeers: boolean;
  /** Counts every call of the scenario, and judges it. */
  readonly book: CallBook;
  /** Says how far it is, from 0 to 1. */
  progress(share: number, doing: string): void;
  /** Aborts when the run is ended from outside: stop soon, what was measured is lost. */
  readonly signal: AbortSignal;
}

/** One question to the pool, answered by numbers. Runs in a process of its own. */
export interface Scenario {
  /** As `--scenario` takes it. */
  readonly name: string;
  /** What it asks, in a sentence. */
  readonly asks: string;
  /** How long it takes, in about. */
  readonly seconds: { readonly full: number; readonly quick: number };
  /** Runs only when it is named. */
  readonly isExtra?: true;
  run(bench: Bench): Promise<ScenarioNumbers>;
}
