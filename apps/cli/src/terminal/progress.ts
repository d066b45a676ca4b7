const everyMs = 500;

/**
 * Shows on stderr, where that is a terminal, that something takes its time: what it is, and for how long. The line is gone when
 * this settles.
 */
export async function withProgress<T>(words: string, act: () => Promise<T>): Promise<T> {
  const { stderr } = process;
  if (!stderr.isTTY) return act();
  const startedAtMs = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
    stderr.write(`\r\u001b[K${words} ${seconds} s`);
  }, everyMs);
  try {
    return await act();
  } finally {
    clearInterval(timer);
    stderr.write('\r\u001b[K');
  }
}
