/** What a server is to the process that it runs in. */
export interface Served {
  readonly url: string;
  close(): Promise<unknown>;
}

/** Tells the process that started this one where the server is, and ends it when that one has gone or wants no more. */
export function serve(served: Served): void {
  process.once('disconnect', () => void served.close());
  process.send?.(served.url);
}
