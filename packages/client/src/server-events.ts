import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { badAnswer } from './bad-answer.ts';

/** What {@link readServerEvents} needs to know, and tells. */
export interface ServerEventsOptions {
  /** The largest event, in characters. */
  readonly maxChars: number;
  /** The stream has broken off when it is silent for so long, heartbeats included, in ms. */
  readonly silenceMs: number;
  /** The service asks to be left alone for so many ms before the next connection. */
  readonly onRetry: (ms: number) => void;
}

/**
 * Gives the whole events of one connection, one by one: nothing more is read until the last one was taken. Ends where the
 * connection ends; half an event at its end is dropped, which the next connection brings whole.
 *
 * @throws `ERR_WAYBILL_BAD_ANSWER` for an event that is too large; what the stream throws, if the connection breaks
 */
export async function* readServerEvents(
  body: ReadableStream<Uint8Array>,
  options: ServerEventsOptions,
): AsyncGenerator<EventSourceMessage, void, undefined> {
  const { maxChars, onRetry, silenceMs } = options;
  const whole: EventSourceMessage[] = [];
  let isTooLarge = false;
  const parser = createParser({
    maxBufferSize: maxChars,
    onEvent: (event) => whole.push(event),
    onRetry,
    // Fields that the standard does not know are to be ignored.
    onError: ({ type }) => (isTooLarge ||= type === 'max-buffer-size-exceeded'),
  });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const chunk = await readWithin(reader, silenceMs);
      if (chunk === undefined) return;
      parser.feed(decoder.decode(chunk, { stream: true }));
      if (isTooLarge) throw badAnswer(`an event has more than ${maxChars} characters`);
      yield* whole.splice(0);
    }
  } finally {
    // It may have failed already; that was told.
    await reader.cancel().catch(() => undefined);
  }
}

// Only while it is waited for: a reader that takes its time with an event is no silence.
async function readWithin(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  silenceMs: number,
): Promise<Uint8Array | undefined> {
  const silence = Promise.withResolvers<never>();
  const words = `nothing came for ${silenceMs} ms, not even a heartbeat`;
  const timer = setTimeout(() => silence.reject(new Error(words)), silenceMs);
  try {
    const { value } = await Promise.race([reader.read(), silence.promise]);
    return value;
  } finally {
    clearTimeout(timer);
  }
}
