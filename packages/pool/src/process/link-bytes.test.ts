import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mapFrame, packBytes, unpackBytes } from './link-bytes.ts';

const parcel = { text: '#["u8",0,3]', bytes: '\u0000\u00ff"' };

test('bytes go over the link as base64 and come back as they were', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const packed = packBytes({ text: '', bytes: Buffer.from(bytes).toString('latin1') });
      const sent: unknown = JSON.parse(JSON.stringify(packed));
      expect(unpackBytes(sent)).toEqual({ text: '', bytes: Buffer.from(bytes).toString('latin1') });
    }),
  );
});

test('zeros, which JSON writes with six characters each, take a third more than their number', () => {
  const zeros = { text: '', bytes: '\u0000'.repeat(30_000) };
  expect(JSON.stringify(packBytes(zeros)).length).toBeLessThan(41_000);
});

test('what is no parcel, or has no bytes, stays the same', () => {
  for (const value of [undefined, null, 7, 'text', [], {}, { text: 'x', bytes: '' }]) {
    expect(packBytes(value)).toBe(value);
    expect(unpackBytes(value)).toBe(value);
  }
});

test('parcels among the arguments of a call and in its result are found', () => {
  const call = {
    id: 1,
    argumentList: [
      { type: 'RAW', value: 7 },
      { type: 'RAW', value: parcel },
    ],
  };
  const result = { id: 1, type: 'RAW', value: parcel };
  for (const frame of [call, result]) {
    const packed = mapFrame(frame, packBytes);
    expect(JSON.stringify(packed)).toContain('base64');
    expect(mapFrame(packed, unpackBytes)).toEqual(frame);
  }
});

test('a frame that is none goes through', () => {
  for (const frame of [null, 'x', { id: 1 }, { argumentList: [null] }]) {
    expect(mapFrame(frame, packBytes)).toEqual(frame);
  }
});
