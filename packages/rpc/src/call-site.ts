/**
 * Adds the caller's stack below the stack of an error that came back from a call: by itself it shows only where in the
 * other thread, or in which timer, the error was made.
 *
 * @param site an object that `Error.captureStackTrace` was given when the call was made.
 */
export function addCallSite(error: unknown, name: string, site: { readonly stack?: string }): void {
  if (!(error instanceof Error)) return;
  const [, ...frames] = (site.stack ?? '').split('\n');
  error.stack = [error.stack ?? String(error), `    --- called as '${name}' ---`, ...frames].join(
    '\n',
  );
}
