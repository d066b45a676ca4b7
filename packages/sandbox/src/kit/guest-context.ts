import type { ErrorDesk } from './error-desk.ts';
import type { KitJob } from './kit-job.ts';
import type { KitPrimordials } from './kit-primordials.ts';

/** The `context` of a job: read only, frozen, dead after its job. */
export interface CarriedContext {
  readonly get: (name: string) => unknown;
  readonly has: (name: string) => boolean;
  readonly names: readonly string[];
}

/** Makes the `context` objects of jobs. Self-contained: its text is evaluated inside guest realms. */
export function makeContext(p: KitPrimordials, errors: ErrorDesk, job: KitJob): CarriedContext {
  const texts = p.makeRecord<string>();
  const values = p.makeRecord<unknown>();
  const names: string[] = [];
  const { context } = job.settings;
  for (let index = 0; index < context.length; index++) {
    const entry = context[index] as readonly [string, string];
    texts[entry[0]] = entry[1];
    p.put(names, index, entry[0]);
  }
  const deepFreeze = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const keys = p.ownKeys(value);
    for (let index = 0; index < keys.length; index++) {
      deepFreeze((value as Record<string, unknown>)[keys[index] as string]);
    }
    return p.freeze(value);
  };
  // A saved `context` would show one job's values to a later one.
  const assertRunning = (below: (name: string) => unknown): void => {
    if (!job.ended) return;
    const words = 'the job that this context belongs to has ended';
    const frames = errors.framesOf(errors.callSite(below));
    throw errors.refusal('ERR_WAYBILL_JOB_ENDED', words, frames);
  };
  const get = (name: string): unknown => {
    assertRunning(get);
    if (typeof name !== 'string' || !(name in texts)) return undefined;
    if (!(name in values)) values[name] = deepFreeze(p.parse(texts[name] as string));
    return values[name];
  };
  const has = (name: string): boolean => {
    assertRunning(has);
    return typeof name === 'string' && name in texts;
  };
  return p.freeze({
    __proto__: null,
    get: p.freeze(get),
    has: p.freeze(has),
    names: p.freeze(names),
  } as object as CarriedContext);
}
