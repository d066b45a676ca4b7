import { queryObjects } from 'node:v8';

/**
 * Counts the live objects of a class in this thread's heap, garbage left out: those with its prototype in their chain.
 *
 * It walks the whole heap, which takes some 100 ms.
 */
export function countObjects(constructor: new (...args: never[]) => object): number {
  // It is experimental, and would say so on stderr in every thread.
  const own = Object.getOwnPropertyDescriptor(process, 'emitWarning') ?? {};
  Object.defineProperty(process, 'emitWarning', { ...own, value: () => {} });
  try {
    return queryObjects(constructor) as number;
  } finally {
    Object.defineProperty(process, 'emitWarning', own);
  }
}
