import { clipText } from '../safe-read.ts';

const shownChars = 40;

/** Says in a few words what a value is; never shows what an object holds. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(clipText(value, shownChars));
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? 'an array' : 'an object';
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    case 'bigint':
      return 'a bigint';
    default:
      return String(value);
  }
}

/**
 * Writes a path as one would in JavaScript: `limits.wallMs`, `modules["./a.js"]`; the root is the
 * subject itself.
 */
export function formatPath(path: readonly PropertyKey[], subject: string): string {
  let text = '';
  for (const key of path) {
    const name = clipText(String(key), shownChars);
    if (!/^[A-Za-z_$][\w$]*$/.test(name)) text += `[${JSON.stringify(name)}]`;
    else text += text === '' ? name : `.${name}`;
  }
  return text === '' ? subject : text;
}
