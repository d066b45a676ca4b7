import { types } from 'node:util';

/** As far up as is looked. A guest can make a chain of any length, and have it walked for each of its promises. */
const maxSteps = 32;

/** Whether a value inherits from an object. Never runs code of the value's: the way up ends at a Proxy. */
export function inheritsFrom(value: unknown, ancestor: object): boolean {
  let at: unknown = value;
  let steps = 0;
  while (
    steps++ < maxSteps &&
    (typeof at === 'object' || typeof at === 'function') &&
    at !== null
  ) {
    if (at === ancestor) return true;
    if (types.isProxy(at)) return false;
    at = Object.getPrototypeOf(at);
  }
  return false;
}

/** Whether a value was made by the host: an object of this realm. Never runs code of the value's. */
export function isOfHost(value: unknown): boolean {
  return inheritsFrom(value, Object.prototype);
}
