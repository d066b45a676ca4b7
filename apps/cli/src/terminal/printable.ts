import { stripVTControlCharacters } from 'node:util';

// What turns the direction of text around makes a line read as another one.
const turnsDirection = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

// Line breaks and tabs are harmless; a carriage return writes over what stands in the line.
const controls = /[^\P{Cc}\n\t]/gu;

/**
 * Gives text that a terminal only shows. What a guest wrote could otherwise clear the screen, write over what stands there, set
 * the title, or reach the clipboard.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(turnsDirection, '').replaceAll(controls, '?');
}

/** The same for text that has to stay in its line. */
export function oneLine(text: string): string {
  return printable(text).replaceAll(/[\n\t]+/g, ' ');
}

/** JSON in one line, in which what a terminal could take for a command is escaped. */
export function jsonLine(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.replaceAll(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
