import type { Refusal } from './refusal.ts';

/** Functions by name, as one side of a session offers them. */
export type ExposedFunctions = Readonly<Record<string, (...args: never[]) => unknown>>;

/** What a session needs of a port: a `MessagePort` of `node:worker_threads`, or what carries frames between processes. */
export interface SessionPort {
  /** Sends a frame: plain data. May throw what cannot be sent. */
  postMessage(frame: unknown): void;
  /** Hears `message` with each frame, `messageerror` for one that cannot be read, `close` once. */
  on(event: string, listener: (message: unknown) => void): unknown;
  off(event: string, listener: (message: unknown) => void): unknown;
  close(): void;
}

/** Any object type whose members are all functions: what the other side is said to expose. */
export type CallableApi<Api> = { readonly [Name in keyof Api]: (...args: never[]) => unknown };

/** Which functions a session offers and uses. */
export interface SessionOptions<Api> {
  /**
   * Functions that the other side may call: own enumerable members, taken once, when the session opens. Arguments and
   * results are structured clones. They run in the async context in which the session was opened.
   * @defaultValue none
   */
  readonly expose?: ExposedFunctions;
  /** Functions of the other side that will be called. @defaultValue none */
  readonly names?: readonly (keyof Api & string)[];
  /** Told of each message that was refused, after it was answered. Must not throw. */
  readonly onRefused?: (refusal: Refusal) => void;
}

/** How long a call may take. */
export interface CallOptions {
  /** The instant (on the clock of `performance.now()`, ms) at which the call fails. @defaultValue none */
  readonly deadlineMs?: number;
  /** Gives the call up. The function at the other side is not stopped: tell it by a call of its own. */
  readonly signal?: AbortSignal;
}

/** The other end of a port. Disposing it breaks the session and closes the port. */
export interface Peer<Api extends CallableApi<Api>> extends Disposable {
  /**
   * Calls a function of the other side. Safe to call at any time and any number of times at once.
   *
   * An error that the function threw is rebuilt here with its name, code, cause and stacks, and this call's own stack
   * is added below the stack of the function.
   *
   * @throws ERR_WAYBILL_RPC_BROKEN when the session is broken, or breaks before the reply;
   * ERR_WAYBILL_DEADLINE_EXCEEDED at the deadline; ERR_WAYBILL_CANCELLED when the signal fires (its reason is the
   * cause); ERR_WAYBILL_RPC_REFUSED when the name is not one of `names`, or the other side refuses;
   * ERR_WAYBILL_INTERNAL when an argument or the result cannot be cloned.
   */
  call<Name extends keyof Api & string>(
    name: Name,
    args: Readonly<Parameters<Api[Name]>>,
    options?: CallOptions,
  ): Promise<Awaited<ReturnType<Api[Name]>>>;

  /**
   * Ends the session at once: all pending and later calls fail with ERR_WAYBILL_RPC_BROKEN, and the port is closed.
   * Call it when the thread at the other end exits; a port that closes breaks the session by itself, and neither order
   * of the two matters. May be called again, to no effect.
   * @param reason half a sentence for the error: 'the worker exited with code 1'.
   */
  break(reason: string): void;

  /** Fires when the session breaks; its reason is the ERR_WAYBILL_RPC_BROKEN error. */
  readonly broken: AbortSignal;
  /** Calls without a reply so far. */
  readonly pendingCount: number;
  /** Messages refused since the session opened. */
  readonly refusedCount: number;
  /** Replies dropped because nothing waits for them (any more): the deadline passed, or they were forged. */
  readonly lateReplyCount: number;
}
