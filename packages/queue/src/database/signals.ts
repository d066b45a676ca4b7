/** What processes tell each other about durable jobs. None says more than that it is worth to look at the tables. */
export interface SignalKeys {
  /** Jobs may be ready to start; the key is not used. */
  ready: string;
  /** The history of a job went on; the key is its id. */
  history: string;
  /** The end of running jobs was asked for; the key is the job's id. */
  cancel: string;
  /** Functions of a tenant changed; the key is the tenant. */
  functions: string;
  /** An executor of this name is asked for a sign of life; the key is the name. */
  executor: string;
}

/** What a signal is about. */
export type SignalName = keyof SignalKeys;

/** `'*'`: so many, or nobody knows which: look at all. */
export type SignalListener = (keys: ReadonlySet<string> | '*') => void;

/**
 * Wakes whoever waits for a change. Told in this process at once; other processes hear of it within about 20 ms, many at once,
 * so that a commit never waits for a NOTIFY. It can be lost: whoever hears it looks at the tables by himself now and then.
 */
export interface Signals extends AsyncDisposable {
  /** Call it after the commit. */
  tell(name: SignalName, key: string): void;
  /** @returns stops listening */
  on(name: SignalName, listener: SignalListener): () => void;
}
