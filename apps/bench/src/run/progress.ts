import type { Scenario } from '../scenario.ts';

/** How often the line of a terminal is written anew, in ms. */
const redrawMs = 1_000;

/** Where progress is written. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** What is ahead. */
export interface ProgressPlan {
  readonly scenarios: readonly Scenario[];
  readonly isQuick: boolean;
  /** @defaultValue the standard error */
  readonly output?: ProgressOutput;
  /** @defaultValue `performance.now` */
  readonly now?: () => number;
}

/** Says how far a run is: on a terminal in one line that is written anew, else in a line for each scenario. */
export class Progress implements Disposable {
  readonly #plan: ProgressPlan;
  readonly #output: ProgressOutput;
  readonly #now: () => number;
  readonly #startMs: number;
  readonly #timer: NodeJS.Timeout | undefined;
  #index = 0;
  #scenarioStartMs = 0;
  #share = 0;
  #doing = '';

  constructor(plan: ProgressPlan) {
    this.#plan = plan;
    this.#output = plan.output ?? process.stderr;
    this.#now = plan.now ?? (() => performance.now());
    this.#startMs = this.#now();
    if (this.#output.isTTY) this.#timer = setInterval(() => this.#draw(), redrawMs).unref();
  }

  /** A scenario begins. */
  begin(scenario: Scenario): void {
    this.#index = this.#plan.scenarios.indexOf(scenario);
    this.#scenarioStartMs = this.#now();
    this.#share = 0;
    this.#doing = 'starting';
    if (this.#output.isTTY) this.#draw();
    else this.say(`${this.#place()}, about ${clock(this.#secondsOf(scenario))}`);
  }

  /** It is so far, from 0 to 1. */
  update(share: number, doing: string): void {
    this.#share = share;
    this.#doing = doing;
    if (this.#output.isTTY) this.#draw();
  }

  /** Says something that stays. */
  say(line: string): void {
    this.#clear();
    this.#output.write(`bench: ${line}\n`);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#clear();
  }

  #draw(): void {
    const percent = `${Math.round(this.#share * 100)} %`;
    const elapsed = clock((this.#now() - this.#startMs) / 1_000);
    const left = `${elapsed}, about ${clock(this.#secondsLeft())} left`;
    const line = [this.#place(), percent, this.#doing, left].join('  ');
    this.#clear();
    this.#output.write(line.slice(0, Math.max(1, (this.#output.columns || 80) - 1)));
  }

  #clear(): void {
    if (this.#output.isTTY) this.#output.write('\r\u001B[2K');
  }

  #place(): string {
    const { scenarios } = this.#plan;
    return `${this.#index + 1} of ${scenarios.length}: ${scenarios[this.#index]?.name}`;
  }

  #secondsLeft(): number {
    const [current, ...others] = this.#plan.scenarios.slice(this.#index);
    const elapsed = (this.#now() - this.#scenarioStartMs) / 1_000;
    const stated = current === undefined ? 0 : this.#secondsOf(current) - elapsed;
    // What it does tells more than what it says, once there is something to tell from.
    const here = this.#share > 0.1 ? (elapsed / this.#share) * (1 - this.#share) : stated;
    return others.reduce((sum, other) => sum + this.#secondsOf(other), Math.max(0, here));
  }

  #secondsOf({ seconds }: Scenario): number {
    return seconds[this.#plan.isQuick ? 'quick' : 'full'];
  }
}

/** `4:05` for 245 seconds. */
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
