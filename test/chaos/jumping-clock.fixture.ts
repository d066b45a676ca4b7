// Host functions that run in a pool thread and change what time of day all code in it sees.

const RealDate = Date;

/** Puts the thread's time of day this many ms ahead of the machine's, or behind it. */
export function jumpClock(jumpMs: number): void {
  const now = (): number => RealDate.now() + jumpMs;
  globalThis.Date = new Proxy(RealDate, {
    apply: () => String(new RealDate(now())),
    construct: (target, args: unknown[], made) =>
      Reflect.construct(target, args.length > 0 ? args : [now()], made) as object,
    get: (target, key, receiver): unknown =>
      key === 'now' ? now : Reflect.get(target, key, receiver),
  });
}

/** What time of day the thread sees, in ms since 1970. */
export function readClock(): number {
  return new Date().getTime();
}
