import type { KitJob, KitTools } from './kit-types.ts';

/** The parts of a job's second argument that need no host call. */
export interface GuestSurface {
  /** Read-only view of the guest-visible context: `get`, `has`, `names`. */
  readonly contextObject: (job: KitJob) => object;
  /** A minimal AbortSignal, and the function that fires it. */
  readonly signalObject: () => { signal: object; abort: (reason: string) => void };
  /** `log(...)` with `log.debug|info|warn|error`. */
  readonly logFunction: (job: KitJob) => object;
  /** Replaces the realm's `console`, which does nothing, by one whose lines go to the current job's log. */
  readonly installConsole: () => void;
}

/**
 * Makes the part of the kit that guests see beside `host`.
 *
 * Self-contained: its text is evaluated inside guest realms.
 */
export function makeGuestSurface(tools: KitTools): GuestSurface {
  const { primordials: p, attempt, currentJob, logLine } = tools;
  const { create, freeze, defineProperty } = Object;
  const StringOf = String;
  const levels = ['debug', 'log', 'info', 'warn', 'error'];

  const deepFreeze = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const keys = p.ownKeys(value);
    for (let index = 0; index < keys.length; index++) {
      deepFreeze((value as Record<string, unknown>)[keys[index] as string]);
    }
    return freeze(value);
  };
  const contextObject = (job: KitJob): object => {
    const texts = create(null) as Record<string, string>;
    const values = create(null) as Record<string, unknown>;
    const names: string[] = [];
    const { context } = job.settings;
    for (let index = 0; index < context.length; index++) {
      const entry = context[index] as readonly [string, string];
      texts[entry[0]] = entry[1];
      defineProperty(names, index, { __proto__: null, value: entry[0], enumerable: true } as never);
    }
    freeze(names);
    return freeze({
      __proto__: null,
      get: (name: string): unknown => {
        if (!(name in values) && name in texts) {
          values[name] = deepFreeze(p.parse(texts[name] as string));
        }
        return values[name];
      },
      has: (name: string): boolean => name in texts,
      names,
    });
  };

  const signalObject = (): { signal: object; abort: (reason: string) => void } => {
    const listeners = p.makeMap() as Map<(event: object) => unknown, boolean>;
    const { set: mapSet, delete: mapDelete } = Map.prototype;
    let reason: Error | undefined;
    const dispatch = (listener: unknown, event: object): void => {
      if (typeof listener === 'function') attempt('abort listener', listener as never, [event]);
    };
    const signal = {
      get aborted(): boolean {
        return reason !== undefined;
      },
      get reason(): unknown {
        return reason;
      },
      onabort: null as unknown,
      throwIfAborted(): void {
        if (reason !== undefined) throw reason;
      },
      addEventListener(type: string, listener: never): void {
        if (type === 'abort' && reason === undefined) p.apply(mapSet, listeners, [listener, true]);
      },
      removeEventListener(_type: string, listener: never): void {
        p.apply(mapDelete, listeners, [listener]);
      },
    };
    return {
      signal,
      abort: (why) => {
        if (reason !== undefined) return;
        reason = p.makeError(why);
        defineProperty(reason, 'name', { __proto__: null, value: 'AbortError' } as never);
        const event = freeze({ __proto__: null, type: 'abort', target: signal });
        dispatch(signal.onabort, event);
        p.mapForEach(listeners, (_always, listener) => dispatch(listener, event));
      },
    };
  };

  const inspect = (value: unknown): string => {
    if (typeof value === 'string') return value;
    if (typeof value !== 'object' || value === null) {
      return typeof value === 'function' ? '[function]' : StringOf(value);
    }
    try {
      const { stack } = value as { stack?: unknown };
      if (typeof stack === 'string') return stack;
      return p.stringify(value) ?? p.classOf(value);
    } catch {
      // Cycles, BigInts and hostile getters: its class is still worth a line.
      return p.classOf(value);
    }
  };
  const write = (job: KitJob | undefined, level: number, values: unknown[]): void => {
    if (job === undefined || job.settled) return;
    const most = job.settings.maxChars.log;
    let text = '';
    for (let index = 0; index < values.length && text.length <= most; index++) {
      text += (index === 0 ? '' : ' ') + inspect(values[index]);
    }
    logLine(job, level, text);
  };
  const logFunction = (job: KitJob): object => {
    const log = (...values: unknown[]): void => write(job, 1, values);
    for (let level = 0; level < levels.length; level++) {
      const at = (...values: unknown[]): void => write(job, level, values);
      defineProperty(log, levels[level] as string, { __proto__: null, value: at } as never);
    }
    return freeze(log);
  };
  const installConsole = (): void => {
    const console = {} as Record<string, unknown>;
    const levelOf: Record<string, number> = {
      debug: 0,
      log: 1,
      info: 2,
      warn: 3,
      error: 4,
      trace: 0,
      dir: 1,
    };
    for (const name of Object.keys(levelOf)) {
      console[name] = (...values: unknown[]) =>
        write(currentJob(), levelOf[name] as number, values);
    }
    console['assert'] = (holds: unknown, ...values: unknown[]) => {
      if (!holds) write(currentJob(), 4, ['Assertion failed', ...values]);
    };
    defineProperty(globalThis, 'console', { value: console, writable: true, configurable: true });
  };
  return { contextObject, signalObject, logFunction, installConsole };
}
