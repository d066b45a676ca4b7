import { Duplex, duplexPair } from 'node:stream';
import { isStringOneByteRepresentation } from 'node:v8';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Link } from './link.ts';

/** A link to a stream of the test's, and what it told. */
function openLink(stream: Duplex) {
  const heard: unknown[] = [];
  const link = new Link(stream, {
    message: (message, texts) => void heard.push(texts.length > 0 ? [message, ...texts] : message),
    garbage: (why) => void heard.push(`garbage: ${why}`),
    closed: () => void heard.push('closed'),
  });
  return { link, heard };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}

function measured(bytes: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(bytes.length);
  return Buffer.concat([head, bytes]);
}

/** A message as it is on the pipe. */
function framed(...texts: string[]): Buffer {
  return measured(Buffer.concat(texts.map((text) => measured(Buffer.from(text)))));
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

test('texts beside a message arrive as they were, whatever is in them', async () => {
  const bytes = fc
    .uint8Array({ maxLength: 50 })
    .map((each) => Buffer.from(each).toString('latin1'));
  const others = fc.array(fc.string({ unit: 'binary', maxLength: 50 }), { maxLength: 3 });
  const some = fc.tuple(bytes, others).map(([first, rest]) => [first, ...rest]);
  const texts = fc.oneof(fc.constant([]), some);
  await fc.assert(
    fc.asyncProperty(fc.array(texts, { maxLength: 4 }), async (sent) => {
      const [here, there] = duplexPair();
      const [{ link }, { heard }] = [openLink(here), openLink(there)];
      for (const beside of sent) link.send('run', beside);
      await settled();
      expect(heard).toEqual(sent.map((beside) => (beside.length > 0 ? ['run', ...beside] : 'run')));
    }),
    { numRuns: 50 },
  );
});

test('bytes take one byte each, on the link and in memory', async () => {
  const [here, there] = duplexPair();
  const [{ link }, { heard }] = [openLink(here), openLink(there)];
  const bytes = '\xff'.repeat(2 ** 20);
  let sentBytes = 0;
  there.on('data', (chunk: Buffer) => (sentBytes += chunk.length));
  link.send('run', [bytes]);
  await settled();
  const [, arrived] = heard[0] as [string, string];
  expect([arrived === bytes, isStringOneByteRepresentation(arrived)]).toEqual([true, true]);
  expect(sentBytes).toBeLessThan(2 ** 20 + 100);
});

test('the first message of a turn of the loop goes at once, and those behind it in one write', async () => {
  const written: number[] = [];
  const stream = new Duplex({
    read: () => {},
    writev: (chunks, done) => {
      written.push(chunks.length);
      done();
    },
  });
  const { link } = openLink(stream);
  for (let count = 0; count < 3; count++) queueMicrotask(() => link.send(count));
  process.nextTick(() => link.send('a tick later'));
  await settled();
  link.send('in another turn');
  await settled();
  expect(written).toEqual([1, 3, 1]);
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
        const bytes = Buffer.concat(sent.map((text) => framed(text)));
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
  ['a message without JSON', framed(), /^garbage: SyntaxError/u],
  ['half of a length', measured(Buffer.from([1, 0])), /^garbage: RangeError/u],
  [
    'a text that is longer than its message',
    measured(Buffer.from([1, 0, 0, 0, 55, 9, 0, 0, 0, 65])),
    /^garbage: RangeError: a text that goes beyond its message/u,
  ],
  [
    'more texts than there can be',
    framed('1', '', '', '', '', ''),
    /^garbage: RangeError: a message with too many texts/u,
  ],
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
