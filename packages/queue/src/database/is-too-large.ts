// Memory ran out, or a limit of the program.
const tooLargeStates = /^(?:53200|54[0-9A-Z]{3})$/;

/** Whether a statement was refused for the size of what it writes: the same one never goes through. */
export function isTooLarge(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return typeof error.code === 'string' && tooLargeStates.test(error.code);
}
