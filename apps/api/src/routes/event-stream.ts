import type { HistoryEvent } from '@waybill/protocol/http';

/** How a stream of events is kept up. */
export interface StreamPace {
  /** After this time without an event a comment is sent, so that neither side takes the connection for dead. */
  readonly heartbeatMs: number;
  /** How long a client waits before it comes back. */
  readonly retryMs: number;
}

/** The pace of the service. */
export const streamPace: StreamPace = { heartbeatMs: 15_000, retryMs: 1_000 };

/**
 * Writes events as server-sent events. It takes the next event only when the one before was taken from it: a reader that is
 * slow keeps nothing in memory here.
 *
 * @param end - ends the stream without an error when it aborts; the source has to end then, too
 */
export async function* toEventStream(
  events: AsyncIterator<HistoryEvent>,
  end: AbortSignal,
  pace: StreamPace = streamPace,
): AsyncGenerator<string, void, undefined> {
  try {
    yield `retry: ${pace.retryMs}\n\n`;
    let next = events.next();
    while (!end.aborted) {
      const result = await firstWithin(next, pace.heartbeatMs);
      if (result === undefined) {
        yield ': still here\n\n';
        continue;
      }
      if (result.done === true) return;
      yield toFrame(result.value);
      next = events.next();
    }
  } finally {
    await events.return?.();
  }
}

function toFrame(event: HistoryEvent): string {
  // JSON has no line breaks.
  return `id: ${event.seq}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}

async function firstWithin<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const over = Promise.withResolvers<undefined>();
  const timer = setTimeout(over.resolve, ms, undefined);
  try {
    return await Promise.race([promise, over.promise]);
  } finally {
    clearTimeout(timer);
  }
}
