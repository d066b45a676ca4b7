import { expect, test } from 'vitest';
import { assertFromHere, isLoopback } from './loopback.ts';

const here = '127.0.0.1';

test.each(['127.0.0.1', '127.8.9.1', '::1', 'localhost', '::ffff:127.0.0.1'])(
  '%s is of this machine only',
  (host) => expect(isLoopback(host)).toBe(true),
);

test.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example', 'localhost.example', '', '128.0.0.1'])(
  '%j is not of this machine only',
  (host) => expect(isLoopback(host)).toBe(false),
);

test.each([
  ['a program', { host: '127.0.0.1:8478' }],
  ['a program that asks for the name', { host: 'localhost:8478' }],
  ['a program on IPv6', { host: '[::1]:8478' }],
  [
    'the reference page',
    { host: 'localhost:1', origin: 'http://localhost:1', 'sec-fetch-site': 'same-origin' },
  ],
  ['an address typed into a browser', { host: 'localhost:1', 'sec-fetch-site': 'none' }],
])('%s at this machine is served', (_who, headers) => {
  expect(() => assertFromHere(headers, here)).not.toThrow();
});

test.each([
  ['a page whose own name points here', { host: 'rebound.example:8478' }, here],
  ['a page of another site', { host: 'localhost:1', origin: 'https://evil.example' }, here],
  ['a page of another port', { host: 'localhost:1', origin: 'http://localhost:2' }, here],
  ['a sandboxed page', { host: 'localhost:1', origin: 'null' }, here],
  ['an image of another site', { host: 'localhost:1', 'sec-fetch-site': 'cross-site' }, here],
  ['a page of a sibling site', { host: 'localhost:1', 'sec-fetch-site': 'same-site' }, here],
  ['a proxy', { host: 'localhost:1', 'x-forwarded-for': '1.2.3.4' }, here],
  ['another machine', { host: 'localhost:1' }, '10.0.0.1'],
  ['a request without Host', {}, here],
  ['a Host that is no name', { host: 'local host' }, here],
  ['a connection that is gone', { host: 'localhost:1' }, undefined],
])('%s is refused', (_who, headers, address) => {
  expect(() => assertFromHere(headers, address)).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_FORBIDDEN' }),
  );
});
