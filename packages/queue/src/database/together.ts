/**
 * Waits for statements of one transaction that were sent one right after the other: for all of them, so that none comes after its end.
 *
 * @throws the error of the first that failed, in the order given: the others failed because of it
 */
export async function together<const Statements extends readonly Promise<unknown>[]>(
  statements: Statements,
): Promise<{ -readonly [Key in keyof Statements]: Awaited<Statements[Key]> }> {
  await Promise.allSettled(statements);
  return Promise.all(statements);
}
