import { Duplex, duplexPair } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Link } from './link.ts';

/** A link to a stream of the test's, and what it told. */
function openLink(stream: Duplex) {
  const heard: unknown[] = [];
  const link = new Link(stream, {
    message: (message) => void heard.push(message),
    garbage: (why) => void heard.push(`garbage: ${why}`),
    closed: () => void heard.push('closed'),
  });
  return { link, heard };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}

function framed(text: string): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(Buffer.byteLength(text));
  return Buffer.concat([head, Buffer.from(text)]);
}

test('what one side sends the other hears, in order', async () => {
  const [here, there] = duplexPair();
  const [one, other] = [openLink(here), openLink(there)];
  const messages = [{ a: 1 }, 'text', null, ['ü', '\u0000'], 'x'.repeat(1_000_000)];
  for (const message of messages) one.link.send(message);
  other.link.send('back');
  await settled();
  expect(other.heard).toEqual(messages);
  expect(one.heard).toEqual(['back']);
});

test('messages are the same, however the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue(), { maxLength: 5 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 7 })),
      async (messages, sizes) => {
        const [here, there] = duplexPair();
        const { heard } = openLink(there);
        const sent = messages.map((message) => JSON.stringify(message));
        const bytes = Buffer.concat(sent.map(framed));
        for (let at = 0; at < bytes.length;) {
          const size = sizes.next().value ?? 1;
          here.write(bytes.subarray(at, at + size));
          at += size;
        }
        await settled();
        expect(heard.map((message) => JSON.stringify(message))).toEqual(sent);
      },
    ),
    { numRuns: 50 },
  );
});

test.each([
  ['text that is no JSON', framed('{"cmd":'), /^garbage: SyntaxError/u],
  [
    'a length beyond all bounds',
    Buffer.from([255, 255, 255, 255]),
    /^garbage: a message of 4294967295 bytes/u,
  ],
])('%s is told once, and nothing after it is read', async (_what, bytes, told) => {
  const [here, there] = duplexPair();
  const { heard } = openLink(there);
  here.write(Buffer.concat([bytes, framed('"later"')]));
  await settled();
  here.write(framed('"later still"'));
  await settled();
  expect(heard).toEqual([expect.stringMatching(told)]);
});

test('the end of the other side is told once, and what is sent to it is lost', async () => {
  const [here, there] = duplexPair();
  const { heard, link } = openLink(there);
  here.destroy();
  there.destroy();
  await settled();
  link.send('lost');
  expect(heard).toEqual(['closed']);
});
