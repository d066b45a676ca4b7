/** A promise that a test settles by hand: one side of a handshake. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  /** Whether {@link Deferred.resolve} or {@link Deferred.reject} was called. */
  readonly settled: boolean;
  /** Fulfils the promise. Calls after the first settlement do nothing. */
  resolve(value: T): void;
  /** Rejects the promise. Calls after the first settlement do nothing. */
  reject(reason: Error): void;
}

/** Makes a pending {@link Deferred}. Await its promise where the test must stop, settle it where it may go on. */
export function deferred<T = void>(): Deferred<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  let settled = false;
  return {
    promise,
    get settled() {
      return settled;
    },
    resolve(value) {
      settled = true;
      resolve(value);
    },
    reject(reason) {
      settled = true;
      reject(reason);
    },
  };
}
