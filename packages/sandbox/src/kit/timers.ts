import type { KitJob, KitTools } from './kit-types.ts';

/** The realm's timers. */
export interface KitTimers {
  /** Runs what timer `id` was set for. */
  readonly wake: (id: number) => void;
  /** Forgets the timers of a job that is over. */
  readonly dropOf: (job: KitJob) => void;
}

/**
 * Installs `setTimeout`, `setInterval`, their counterparts and `queueMicrotask`; the host keeps the time.
 *
 * Self-contained: its text is evaluated inside guest realms. A timer belongs to the job whose turn it was set
 * in and ends with it. In a warm realm that is a good guess only, which is why it decides nothing but when
 * the timer goes away: what the callback may do is up to the closures it holds.
 */
export function installTimers(tools: KitTools): KitTimers {
  const { primordials: p, send, kitError, subscribe, attempt, currentJob } = tools;
  type Timer = {
    job: KitJob;
    fn: (...args: unknown[]) => unknown;
    args: unknown[];
    repeats: boolean;
  };
  const timers = p.makeMap() as Map<number, Timer>;
  const { get: mapGet, delete: mapDelete } = Map.prototype;
  let lastId = 0;

  const set = (fn: unknown, ms: unknown, args: unknown[], repeats: boolean): number => {
    const job = currentJob();
    if (typeof fn !== 'function') throw new TypeError('a timer needs a function');
    if (job === undefined || job.settled) {
      throw kitError('ERR_WAYBILL_JOB_ENDED', 'a timer needs a running job');
    }
    if (job.timerCount >= job.settings.timers) {
      const most = `a job may have ${job.settings.timers} timers at once`;
      throw kitError('ERR_WAYBILL_TIMER_LIMIT', most);
    }
    const delay = +(ms as number);
    const id = ++lastId;
    job.timerCount += 1;
    p.mapSet(timers, id, { job, fn, args, repeats });
    // As browsers do: what is no delay is 0, what overflows fires at once.
    send('timer-set', job.key, id, delay > 0 && delay < 2 ** 31 ? delay : 0, '', '');
    return id;
  };
  const clear = (id: unknown): void => {
    const timer = p.apply(mapGet, timers, [id]) as Timer | undefined;
    if (timer === undefined) return;
    p.apply(mapDelete, timers, [id]);
    timer.job.timerCount -= 1;
    send('timer-cleared', timer.job.key, id as number, 0, '', '');
  };
  const wake = (id: number): void => {
    const timer = p.apply(mapGet, timers, [id]) as Timer | undefined;
    if (timer === undefined) return;
    if (timer.repeats) send('timer-set', timer.job.key, id, 0, 'again', '');
    else {
      p.apply(mapDelete, timers, [id]);
      timer.job.timerCount -= 1;
    }
    attempt('timer', timer.fn, timer.args);
  };

  const install = (name: string, value: unknown): void => {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  };
  install('setTimeout', (fn: unknown, ms?: unknown, ...args: unknown[]) =>
    set(fn, ms, args, false),
  );
  install('setInterval', (fn: unknown, ms?: unknown, ...args: unknown[]) =>
    set(fn, ms, args, true),
  );
  install('clearTimeout', clear);
  install('clearInterval', clear);
  install('queueMicrotask', (fn: unknown) => {
    if (typeof fn !== 'function') throw new TypeError('queueMicrotask needs a function');
    subscribe(
      undefined,
      () => attempt('microtask', fn as () => unknown, []),
      () => {},
    );
  });
  return {
    wake,
    dropOf: (job) => {
      p.mapForEach(timers, (timer, id) => {
        if ((timer as Timer).job === job) p.apply(mapDelete, timers, [id]);
      });
    },
  };
}
