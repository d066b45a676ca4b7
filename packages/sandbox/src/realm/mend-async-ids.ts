import { executionAsyncId, executionAsyncResource } from 'node:async_hooks';

/**
 * Sets an immediate that runs something in which a guest's microtask may be cut off.
 *
 * While anybody in the thread has an async hook enabled (tracers do), Node keeps a stack of async ids, and each microtask
 * pushes and pops its own. One that is cut off leaves the stack as it was at that moment, and when the callback it ran in
 * ends, Node finds it corrupted and aborts the process (measured on 24 and 26). The one thing that makes Node clear the
 * stack is an exception that nobody caught: so it gets one, and nobody hears of it but `uncaughtExceptionMonitor`.
 *
 * @param run - tells whether it cut anything off
 */
export function setMendedImmediate(run: () => boolean): NodeJS.Immediate {
  const immediate = setImmediate(() => {
    const asyncId = executionAsyncId();
    const hasCut = run();
    // The id is restored before the rest, so it may be right already. Asking for the resource makes Node slower.
    const isIntact =
      !hasCut || (executionAsyncId() === asyncId && executionAsyncResource() === immediate);
    if (!isIntact) throwIntoTheVoid();
  });
  return immediate;
}

function throwIntoTheVoid(): never {
  // Whoever captures exceptions already will get this one: there can be only one of them, and to abort is worse.
  if (!process.hasUncaughtExceptionCaptureCallback()) {
    process.setUncaughtExceptionCaptureCallback(() => {
      process.setUncaughtExceptionCaptureCallback(null);
    });
  }
  throw new Error('a guest was cut off; this clears what it left on the stack of async ids');
}
