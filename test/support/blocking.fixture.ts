/** Keeps the event loop of its thread busy. */
export function block(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

/** Rejects with what cannot be turned into text. */
export function fail(): Promise<never> {
  const odd: unknown = Object.assign(Object.create(null) as object, { status: 400, message: {} });
  return Promise.reject(odd);
}
