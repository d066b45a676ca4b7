/** Gives milliseconds of a clock that all threads share and that nobody sets: `performance.now()` starts anew in each of them. */
export function sharedNowMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1_000_000;
}
