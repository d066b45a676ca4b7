/** Writes a name of SQL so that it means exactly itself. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
