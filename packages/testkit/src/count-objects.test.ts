import { expect, test } from 'vitest';
import { countObjects } from './count-objects.ts';

class Kept {
  readonly isKept: boolean = true;
}
class Special extends Kept {}

test('objects of a class and of those below it are counted, garbage is not', () => {
  // The prototype of the class below has this one's in its chain.
  expect(countObjects(Kept)).toBe(1);
  const kept = [new Kept(), new Special()];
  for (let count = 0; count < 100; count++) void new Kept();
  expect(countObjects(Kept)).toBe(1 + kept.length);
});

test('counting prints no warning, and others are heard as before', () => {
  const before = Object.getOwnPropertyDescriptor(process, 'emitWarning');
  countObjects(Kept);
  expect(Object.getOwnPropertyDescriptor(process, 'emitWarning')).toEqual(before);
});
