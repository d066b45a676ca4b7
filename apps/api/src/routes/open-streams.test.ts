import { expect, test } from 'vitest';
import { OpenStreams } from './open-streams.ts';

test('a tenant has as many streams as it may, and another tenant has its own', () => {
  const streams = new OpenStreams(2);
  streams.open('acme');
  const second = streams.open('acme');
  expect(() => streams.open('acme')).toThrow(
    expect.objectContaining({
      code: 'ERR_WAYBILL_RATE_LIMITED',
      details: expect.objectContaining({ maxStreams: 2 }),
    }),
  );
  streams.open('other');
  second.end();
  second.end();
  streams.open('acme');
  expect(() => streams.open('acme')).toThrow(/2 event streams/);
});

test('ending them all aborts each and leaves room', () => {
  const streams = new OpenStreams(1);
  const stream = streams.open('acme');
  streams.endAll();
  expect(stream.signal.aborted).toBe(true);
  expect(streams.open('acme').signal.aborted).toBe(false);
});
