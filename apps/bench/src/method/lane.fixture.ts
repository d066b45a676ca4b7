import type { Lane } from '../lanes/lane.ts';

/** Makes a lane of a function, and keeps the numbers of its calls. Any answer is right that it gives. */
export function laneOf(
  call: (number: number) => Promise<void> | void,
  name = 'fixture',
): Lane & { readonly numbers: number[] } {
  const numbers: number[] = [];
  return {
    name,
    numbers,
    async call(number) {
      numbers.push(number);
      await call(number);
    },
    check: () => {},
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
