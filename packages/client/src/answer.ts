import { badAnswer } from './bad-answer.ts';

/**
 * Reads the JSON of an answer, of which at most `maxBytes` are held.
 *
 * @returns `undefined` for an answer without a body
 * @throws `ERR_WAYBILL_BAD_ANSWER` for what is no JSON or too large; what the stream throws, if the connection breaks
 */
export async function readJson(response: Response, maxBytes: number): Promise<unknown> {
  const { status, body } = response;
  if (status === 204 || body === null) return undefined;
  const type = response.headers.get('content-type') ?? 'no content type';
  if (!/^application\/(?:[\w.-]+\+)?json(?:;|$)/i.test(type)) {
    await body.cancel();
    throw badAnswer(`it sent ${type} instead of JSON, with status ${status}`, { status });
  }
  const text = await readText(body, maxBytes, status);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw badAnswer(`its body is not JSON, with status ${status}`, { status }, cause);
  }
}

async function readText(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
  status: number,
): Promise<string> {
  const parts: Uint8Array[] = [];
  let gotBytes = 0;
  // Not `for await`: some browsers have readable streams that cannot be iterated.
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    gotBytes += value.byteLength;
    if (gotBytes > maxBytes) {
      await reader.cancel();
      throw badAnswer(`its body has more than ${maxBytes} bytes`, { status, maxBytes });
    }
    parts.push(value);
  }
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    return parts.map((part) => decoder.decode(part, { stream: true })).join('') + decoder.decode();
  } catch (cause) {
    throw badAnswer('its body is not UTF-8', { status }, cause);
  }
}
