import { createHook } from 'node:async_hooks';
import { until } from './until.ts';

/** A running watch over what this thread acquires; see {@link leakCheck}. */
export interface LeakCheck extends AsyncDisposable {
  /** What was acquired since the call and is still held, one entry a kind (`2 Timeout`); empty when nothing is. */
  leaks(): string[];
}

/** Kinds of resource that only end when somebody ends them, by the names that `node:async_hooks` gives them. */
const WATCHED_KINDS = new Set([
  'FSEVENTWRAP',
  'MESSAGEPORT',
  'PIPEWRAP',
  'PROCESSWRAP',
  'SIGNALWRAP',
  'TCPSERVERWRAP',
  'TCPWRAP',
  'Timeout',
  'WORKER',
]);

/**
 * Watches what this thread acquires from now on, and on disposal waits until all of it is released.
 *
 * Seen: workers, message ports, timers, child processes, sockets, pipes, signal and file watchers (also where they were
 * `unref`ed and would not keep the process alive), and listeners on `process`. Not seen: what other threads acquire.
 * Declare it first in a test (`await using _leaks = leakCheck()`), so that it is disposed last.
 *
 * @param limitMs - How long disposal waits. Default 5000.
 * @throws Error on disposal, naming all that is left.
 */
export function leakCheck(limitMs = 5_000): LeakCheck {
  const listenersBefore = listenerCounts();
  const held = new Map<number, string>();
  const hook = createHook({
    init(id, kind) {
      if (WATCHED_KINDS.has(kind)) held.set(id, kind);
    },
    destroy(id) {
      held.delete(id);
    },
  }).enable();

  const leaks = (): string[] => {
    const extra = new Map<string, number>();
    for (const kind of held.values()) extra.set(kind, (extra.get(kind) ?? 0) + 1);
    for (const [event, count] of listenerCounts()) {
      extra.set(`listener of ${event}`, count - (listenersBefore.get(event) ?? 0));
    }
    return [...extra].filter(([, count]) => count > 0).map(([kind, count]) => `${count} ${kind}`);
  };

  return {
    leaks,
    async [Symbol.asyncDispose]() {
      try {
        const describe = (): string => `everything released; left over: ${leaks().join(', ')}`;
        await until(() => leaks().length === 0, { limitMs, describe });
      } finally {
        hook.disable();
      }
    },
  };
}

function listenerCounts(): Map<string, number> {
  const events = process.eventNames();
  return new Map(events.map((event) => [String(event), process.listenerCount(event)]));
}
