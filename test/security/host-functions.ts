import { setTimeout as after } from 'node:timers/promises';
import { inspect } from 'node:util';
import type { HostFunction } from '@waybill/orchestrator';

type Callback = (...args: unknown[]) => Promise<unknown>;

function merge(target: Record<string, unknown>, source: object): object {
  for (const [key, value] of Object.entries(source)) {
    const below = target[key];
    const isBranch = typeof value === 'object' && value !== null;
    if (isBranch && typeof below === 'object' && below !== null) {
      merge(below as Record<string, unknown>, value as object);
    } else target[key] = value;
  }
  return target;
}

/** Reads a value in all the ways that host functions commonly do. */
function read(value: unknown): string {
  const ways = [
    () => String(value),
    () => `text: ${value as string}`,
    () => Number(value),
    () => JSON.stringify(value),
    () => inspect(value, { depth: 5 }),
    () => Object.entries(Object(value)).length,
    () => [...(value as Iterable<unknown>)].length,
    () => structuredClone(value),
    () => (value as { name?: unknown }).name,
  ];
  const words = ways.map((way) => {
    try {
      return typeof way();
    } catch (error) {
      return error instanceof Error ? error.name : 'threw';
    }
  });
  return words.join();
}

/**
 * The host functions that hostile programs and the jobs beside them may call: careless ones, as operators write them.
 *
 * @param user - whose context the caller sees
 */
export function makeHostFunctions(user: () => unknown): Record<string, HostFunction> {
  let kept: Callback | undefined;
  return {
    who: () => user(),
    echo: (...values: unknown[]) => values[0],
    make: () => ({
      text: 'text',
      list: [1, { a: 1 }],
      date: new Date(0),
      map: new Map([['a', { b: 1 }]]),
      bytes: new Uint8Array(4),
      error: new RangeError('made here'),
    }),
    fail: (message: string) => {
      throw Object.assign(new Error(message, { cause: new TypeError('its cause') }), { code: 'E' });
    },
    call: async (callback: Callback, ...args: unknown[]) => callback(...args),
    read,
    size: (value: unknown) => (typeof value === 'string' ? value.length : 0),
    merge: (value: object) => Object.keys(merge({}, value)).length,
    polluted: () => 'polluted' in {},
    large: (mebibytes: number) => 'x'.repeat(mebibytes * 2 ** 20),
    pause: async (ms: number) => after(ms, 'paused'),
    hold: () => new Promise(() => {}),
    keep: (callback: Callback) => {
      kept = callback;
    },
    callKept: async () => {
      try {
        return await kept?.();
      } catch {
        return 'refused';
      }
    },
  };
}
