/** Reads a property of any value; `undefined` where there is none or where reading it throws. */
export function readProperty(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return Reflect.get(value, key);
  } catch {
    // A getter or a proxy that throws has nothing to tell.
    return undefined;
  }
}

/** Reads an own data property; `undefined` for inherited ones and accessors. */
export function readOwnData(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return Reflect.getOwnPropertyDescriptor(value, key)?.value;
  } catch {
    // As above: a proxy.
    return undefined;
  }
}

/** Cuts a string to a number of UTF-16 code units and says that it did. */
export function clipText(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const marker = `… [${text.length - maxChars} more characters]`;
  return text.slice(0, maxChars).toWellFormed() + marker;
}

/** The value as a clipped string, or `undefined` if it is no string. */
export function readText(value: unknown, maxChars: number): string | undefined {
  return typeof value === 'string' ? clipText(value, maxChars) : undefined;
}
