import type { Checks, ScenarioResult } from '../report/result.ts';
import type { Scenario } from '../scenario.ts';
import type { StartMessage, UpMessage } from './messages.ts';
import type { Patience } from './patience.ts';
import { ScenarioChild } from './scenario-child.ts';

/** One scenario, and how it is run. */
export interface ScenarioRun extends Omit<StartMessage, 'kind' | 'scenario'> {
  readonly scenario: Scenario;
  readonly patience: Patience;
  /** Where Node.js writes profiles of the process and its threads. Absent: it makes none. */
  readonly profileFolder?: string | undefined;
  /** Ends it in order. */
  readonly signal: AbortSignal;
  readonly onProgress: (share: number, doing: string) => void;
}

/** What came of it: numbers, what went wrong, or both where it went wrong after them. */
export interface ScenarioEnd {
  readonly result?: ScenarioResult | undefined;
  readonly problem?: string | undefined;
  /** What was checked until it went wrong, where it told and there are no numbers. */
  readonly checks?: Checks | undefined;
}

/** What is said of a scenario that a signal ended. */
export const interrupted = 'interrupted';

/** Runs a scenario in a process of its own. Resolves when that process and all it started have ended. */
export async function runScenario(run: ScenarioRun): Promise<ScenarioEnd> {
  using attempt = new Attempt(run);
  return await attempt.untilEnd();
}

class Attempt implements Disposable {
  readonly #run: ScenarioRun;
  readonly #child: ScenarioChild;
  #limit: NodeJS.Timeout | undefined;
  #result: ScenarioResult | undefined;
  #problem: string | undefined;
  #checks: Checks | undefined;

  constructor(run: ScenarioRun) {
    this.#run = run;
    const { scenario, profileFolder, patience, signal } = run;
    const profile = ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
    this.#child = new ScenarioChild(profileFolder === undefined ? [] : profile, this.#take);
    const hangMs = patience.hangMs(scenario.seconds[run.isQuick ? 'quick' : 'full']);
    this.#killAfter(hangMs, `it gave no result within ${hangMs / 1_000} s`);
    const { scenariosUrl, seed, isQuick, hasPeers } = run;
    const what = { scenario: scenario.name, scenariosUrl, seed, isQuick, hasPeers };
    this.#child.send({ kind: 'start', ...what });
    signal.addEventListener('abort', this.#interrupt);
    if (signal.aborted) this.#interrupt();
  }

  async untilEnd(): Promise<ScenarioEnd> {
    const oddity = await this.#child.untilEnd();
    if (this.#problem === undefined && (oddity !== undefined || this.#result === undefined)) {
      const when = this.#result === undefined ? 'before its result' : 'after its result';
      const { lastWords } = this.#child;
      this.#problem = `it ended ${when} (${oddity ?? 'exit code 0'})${lastWords && `: ${lastWords}`}`;
    }
    return { result: this.#result, problem: this.#problem, checks: this.#checks };
  }

  readonly #take = (message: UpMessage): void => {
    const { signal, patience, onProgress } = this.#run;
    switch (message.kind) {
      case 'progress':
        onProgress(message.share, message.doing);
        break;
      case 'result': {
        this.#result = message.result;
        const { leakMs } = patience;
        this.#killAfter(
          leakMs,
          `it left something open: no end ${leakMs / 1_000} s after its result`,
        );
        break;
      }
      case 'failed':
        this.#problem = signal.aborted ? interrupted : message.reason;
        this.#checks = message.checks;
        this.#child.kill();
    }
  };

  readonly #interrupt = (): void => {
    this.#child.send({ kind: 'end' });
    this.#killAfter(this.#run.patience.endMs, `${interrupted}, and killed as it did not end`);
  };

  #killAfter(ms: number, problem: string): void {
    clearTimeout(this.#limit);
    this.#limit = setTimeout(() => {
      this.#problem = problem;
      this.#child.kill();
    }, ms);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#limit);
    this.#run.signal.removeEventListener('abort', this.#interrupt);
    this.#child[Symbol.dispose]();
  }
}
