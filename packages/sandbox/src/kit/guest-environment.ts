import type { KitPrimordials } from './kit-primordials.ts';

/** The second argument of a job's entry function. */
export interface GuestEnvironment {
  readonly host: object;
  readonly context: object;
  readonly signal: object;
  readonly log: object;
}

/**
 * Makes the second argument of an entry function. Each member is made when it is first asked for, and stays: to make all
 * four is most of what a short call costs, and most programs use one or two.
 *
 * Self-contained: its text is evaluated inside guest realms.
 */
export function makeEnvironment(
  p: KitPrimordials,
  make: { readonly [Name in keyof GuestEnvironment]: () => object },
): GuestEnvironment {
  let host: object | undefined;
  let context: object | undefined;
  let signal: object | undefined;
  let log: object | undefined;
  return p.freeze({
    __proto__: null,
    get host(): object {
      return (host ??= make.host());
    },
    get context(): object {
      return (context ??= make.context());
    },
    get signal(): object {
      return (signal ??= make.signal());
    },
    get log(): object {
      return (log ??= make.log());
    },
  } as GuestEnvironment);
}
