import type { KitJob } from './kit-job.ts';
import { type KitTools, subscribe } from './kit-tools.ts';
import type { ModuleShape } from './kit-types.ts';
import { ModuleLinker } from './module-linker.ts';
import type { LinkedModule, ModuleFunction } from './module-namespace.ts';

/** The entry function of a program. */
export type Entry = (input: unknown, environment: object) => unknown;

/** What a job does once the program is there: run its entry, or fail with a described error. */
export type WhenLoaded = (entry: Entry | undefined, failure: string) => void;

/**
 * The one program of a realm. Jobs that come before it is evaluated wait for it here, not at a promise: what a
 * guest makes of promises must not decide what another job runs.
 *
 * Self-contained: its text is evaluated inside guest realms.
 */
export class KitProgram {
  readonly #tools: KitTools;
  readonly #waiting: Map<number, WhenLoaded>;
  #state: 'none' | 'loading' | 'loaded' | 'failed' = 'none';
  #entry: Entry | undefined;
  #failure = '';

  constructor(tools: KitTools) {
    this.#tools = tools;
    this.#waiting = tools.p.makeMap() as Map<number, WhenLoaded>;
  }

  /** Links and evaluates the modules; their shapes as JSON. A realm has one program in its life. */
  load(shapesText: string, functions: unknown[]): void {
    if (this.#state !== 'none') return;
    this.#state = 'loading';
    try {
      const linker = new ModuleLinker(this.#tools);
      const shapes = this.#tools.p.parse(shapesText) as ModuleShape[];
      const main = linker.link(shapes, functions as ModuleFunction[]);
      const run = (): void => this.#run(linker, main);
      // An async module has stopped where its instantiation ends only after a turn of the microtask queue.
      const awaits = shapes.some((shape) => shape.awaits);
      if (awaits) void subscribe(undefined, run, run);
      else run();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Runs a job's part now or when the program is there. */
  whenLoaded(job: KitJob, run: WhenLoaded): void {
    if (this.#state === 'loaded' || this.#state === 'failed') run(this.#entry, this.#failure);
    else this.#tools.p.mapSet(this.#waiting, job.key, run);
  }

  /** A job is over that may have waited. */
  end(job: KitJob): void {
    this.#tools.p.mapDelete(this.#waiting, job.key);
  }

  #run(linker: ModuleLinker, main: LinkedModule): void {
    const failed = (error: unknown): void => this.#failed(error);
    try {
      const waits = linker.run(main);
      if (waits === undefined) this.#loaded(main);
      else void subscribe(waits, () => this.#loaded(main), failed);
    } catch (error) {
      failed(error);
    }
  }

  #loaded(main: LinkedModule): void {
    try {
      const entry = main.namespace['default'];
      if (typeof entry !== 'function') {
        const words = 'the main module must export a function as default';
        throw this.#tools.errors.refusal('ERR_WAYBILL_GUEST_NO_ENTRY', words);
      }
      this.#entry = entry as Entry;
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#state = 'loaded';
    this.#tools.send('loaded', 0, 0, 0, '', '');
    this.#runWaiting();
  }

  #failed(error: unknown): void {
    this.#state = 'failed';
    this.#failure = this.#tools.errors.describe(error);
    this.#tools.send('load-failed', 0, 0, 0, this.#failure, '');
    this.#runWaiting();
  }

  #runWaiting(): void {
    this.#tools.p.mapForEach(this.#waiting, (run, key) => {
      this.#tools.p.mapDelete(this.#waiting, key);
      (run as WhenLoaded)(this.#entry, this.#failure);
    });
  }
}
