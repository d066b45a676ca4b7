import { UsageError } from '../exit-codes.ts';
import { readText } from './read-file.ts';

/**
 * Gives the value of an option that takes JSON: itself, `@file` or `-` for the standard input.
 *
 * @throws UsageError that says where the JSON is wrong
 */
export async function readJson(option: string, given: string | undefined): Promise<unknown> {
  if (given === undefined) return undefined;
  const path = given === '-' ? '-' : given.startsWith('@') ? given.slice(1) : undefined;
  const json = path === undefined ? given : await readText(path);
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    const where = path === undefined ? option : `${option} (${path})`;
    throw new UsageError(`${where}: ${wordsOf(error, json)}`, { cause: error });
  }
}

function wordsOf(error: unknown, json: string): string {
  const { message } = error as SyntaxError;
  // Of text that ends too early V8 does not say where that is.
  const end = /position \d/.test(message) ? '' : ` at position ${json.length}`;
  return `not JSON: ${message}${end}`;
}
