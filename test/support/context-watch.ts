import { foreign, session, tenant, trace } from './variables.ts';

/** Counts how often a context was looked at and says where it was not the one it had to be. */
export class ContextWatch {
  /** Looks so far. */
  checkCount = 0;
  /** Where something else was seen; at most the first 20. */
  readonly wrong: string[] = [];
  readonly #sessions: Map<string, object> = new Map();

  /** Runs `fn` in a context that is `label` in every variable and in a foreign store. */
  enter<R>(label: string, fn: () => R): R {
    const own = { label };
    this.#sessions.set(label, own);
    const inner = (): R => session.run(own, () => foreign.run(label, fn));
    return tenant.run(label, () => trace.run(`trace of ${label}`, inner));
  }

  /** Looks at the submitter's exact context: each variable, and the same objects. */
  here(where: string, label: string): void {
    this.saw(`${where}: tenant`, label, tenant.get());
    this.saw(`${where}: trace`, `trace of ${label}`, trace.get());
    this.saw(`${where}: session`, this.#sessions.get(label), session.get());
    this.saw(`${where}: foreign store`, label, foreign.getStore());
  }

  /** Looks at what somebody else saw. */
  saw(where: string, expected: unknown, seen: unknown): void {
    this.checkCount += 1;
    if (Object.is(expected, seen) || this.wrong.length >= 20) return;
    this.wrong.push(`${where}: expected ${JSON.stringify(expected)}, saw ${JSON.stringify(seen)}`);
  }
}
