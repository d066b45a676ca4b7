import { oneLine } from './printable.ts';

const widest = 60;

/** Gives the lines of a table with a heading; columns are as wide as they have to be. */
export function tableLines(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const cells = [heading, ...rows].map((row) => row.map(cut));
  const widths = heading.map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  );
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function cut(text: string): string {
  const line = oneLine(text);
  return line.length > widest ? `${line.slice(0, widest - 1)}…` : line;
}
