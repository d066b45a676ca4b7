import { types } from 'node:util';

/** Whether a value inherits from an object. Never runs code of the value's: the way up ends at a Proxy. */
export function inheritsFrom(value: unknown, ancestor: object): boolean {
  let at: unknown = value;
  while ((typeof at === 'object' || typeof at === 'function') && at !== null) {
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
