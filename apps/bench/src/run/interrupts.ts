/** Signals that end a run, with the code that it ends with then: 128 and their number. */
const codes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * The time in which one signal may arrive several times: a process group gets it, and who stands above in it, such as npm, passes its
 * own on. Nobody presses Ctrl-C twice that fast.
 */
const sameSignalMs = 200;

/** Listens for Ctrl-C and SIGTERM: the first ends the run in order, a second one the process at once. */
export class Interrupts implements Disposable {
  readonly #end = new AbortController();
  #first: { readonly name: keyof typeof codes; readonly atMs: number } | undefined;

  constructor() {
    for (const name of names) process.on(name, this.#onSignal);
  }

  /** Aborts at the first one. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** What the process has to end with. Absent: nothing came. */
  get exitCode(): number | undefined {
    return this.#first && codes[this.#first.name];
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    const name = signal as keyof typeof codes;
    const atMs = performance.now();
    if (this.#first === undefined) {
      this.#first = { name, atMs };
      this.#end.abort();
    } else if (name !== this.#first.name || atMs - this.#first.atMs >= sameSignalMs) {
      process.exit(codes[name]);
    }
  };

  [Symbol.dispose](): void {
    for (const name of names) process.off(name, this.#onSignal);
  }
}

const names = Object.keys(codes) as (keyof typeof codes)[];
