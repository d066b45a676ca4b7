import type { Parcel } from '@waybill/protocol';
import type { KitJob } from './kit-job.ts';
import { type KitTools, subscribe } from './kit-tools.ts';

/**
 * Runs guest functions that the host was given as arguments, when the host calls them.
 *
 * Self-contained: its text is evaluated inside guest realms.
 */
export class GuestCallbacks {
  readonly #tools: KitTools;

  constructor(tools: KitTools) {
    this.#tools = tools;
  }

  /** Runs callback `n` of a job; `id` numbers the call. */
  call(job: KitJob, { id, n }: { id: number; n: number }, given: Parcel): void {
    const { p, reader, hooks, errors } = this.#tools;
    try {
      const fn = p.mapGet(job.callbacks, n);
      if (fn === undefined) {
        throw errors.refusal('ERR_WAYBILL_JOB_ENDED', 'there is no such callback');
      }
      const args = reader.read(given, hooks) as unknown[];
      void subscribe(
        p.apply(fn, undefined, args),
        (value) => this.#returned(job, id, value),
        (error) => this.#threw(job, id, error),
      );
    } catch (error) {
      this.#threw(job, id, error);
    }
  }

  #returned(job: KitJob, id: number, value: unknown): void {
    if (job.ended) return;
    const { writer, hooks, send } = this.#tools;
    const { maxChars, maxDepth } = job.settings;
    try {
      const parcel = writer.write(value, { maxChars: maxChars.hostCall, maxDepth }, hooks);
      send('callback-returned', job.key, id, 0, parcel.text, parcel.bytes);
    } catch (error) {
      this.#threw(job, id, error);
    }
  }

  #threw(job: KitJob, id: number, error: unknown): void {
    if (job.ended) return;
    const { errors, send } = this.#tools;
    send('callback-threw', job.key, id, 0, errors.describe(error, job.key), '');
  }
}
