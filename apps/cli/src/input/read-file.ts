import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { makeError } from '@waybill/protocol';
import { UsageError } from '../exit-codes.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read',
  EISDIR: 'it is a folder',
};

/**
 * Gives the text of a file, or of the standard input for `-`.
 *
 * @throws UsageError; `ERR_WAYBILL_CANCELLED` where the standard input is destroyed meanwhile
 */
export async function readText(path: string): Promise<string> {
  try {
    return path === '-' ? await text(process.stdin) : await readFile(path, 'utf8');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_STREAM_PREMATURE_CLOSE') {
      const words = 'the standard input was not read to its end';
      throw makeError('ERR_WAYBILL_CANCELLED', words, { cause: error });
    }
    throw new UsageError(`${path}: ${reasons[code] ?? message}`, { cause: error });
  }
}
