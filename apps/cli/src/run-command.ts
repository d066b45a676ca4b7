import { CommanderError } from 'commander';
import { isWaybillError } from '@waybill/protocol';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { wordsOf } from './failures.ts';
import { makeProgram } from './program.ts';
import type { Session } from './session.ts';
import { Output } from './terminal/output.ts';

/**
 * Does what a command line says.
 *
 * @param signal - Ctrl-C
 * @returns the exit code
 */
export async function runCommand(args: readonly string[], signal: AbortSignal): Promise<number> {
  const session: Session = { signal, exitCode: exitCodes.ok };
  try {
    await makeProgram(session).parseAsync(args, { from: 'user' });
    return session.exitCode;
  } catch (error) {
    // It has said what is wrong, or printed its help.
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (signal.aborted && isWaybillError(error) && error.code === 'ERR_WAYBILL_CANCELLED') {
      return exitCodes.interrupted;
    }
    const words = wordsOf(error);
    if (words === undefined) console.error('waybill:', error);
    else new Output(false).error(words);
    return exitCodeOf(error);
  }
}
