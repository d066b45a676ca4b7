import { AsyncResource } from 'node:async_hooks';
import { errorToWire, makeError, type WaybillError } from '@waybill/protocol';
import { assertNames } from './assert-names.ts';
import { CallingSide } from './calling-side.ts';
import { type Frame, thrownName } from './frame.ts';
import { parseFrame } from './parse-frame.ts';
import type { CallableApi, CallOptions, Peer, SessionOptions, SessionPort } from './peer.ts';
import { describeRefusal, makeRefusal, type Refusal } from './refusal.ts';
import { ServingSide } from './serving-side.ts';

/**
 * Opens one end of a session: exposes functions to the thread at the other end of the port, and calls those that it
 * exposes. Both threads open a session on their port; either may call first.
 *
 * Exposed functions, listeners and timers run in the async context of the caller of `openSession`, whichever context the
 * port was made in: call it in the root context. The caller's context reaches an exposed function only as an argument
 * (`ContextWire`), which that function re-enters.
 *
 * @param port taken over: nothing else may listen or post. A MessagePort keeps the thread alive until `port.unref()`.
 * Closed when the peer is disposed or breaks.
 * @throws ERR_WAYBILL_INVALID_OPTIONS for a name that cannot be called or a member that is no function.
 */
export function openSession<Api extends CallableApi<Api>>(
  port: SessionPort,
  options: SessionOptions<Api> = {},
): Peer<Api> {
  assertNames(options);
  return new PortSession<Api>(port, options);
}

/** A session has two modes, open and, once `#brokenBy` is set, broken; only `break` changes it, once. */
class PortSession<Api extends CallableApi<Api>> implements Peer<Api> {
  readonly #port: SessionPort;
  readonly #post: (frame: Frame) => void;
  readonly #calling: CallingSide;
  readonly #serving: ServingSide;
  readonly #onRefused: (refusal: Refusal) => void;
  readonly #broken = new AbortController();
  readonly #listeners = {
    message: AsyncResource.bind((message: unknown) => this.#receive(message)),
    // Which call's reply it was cannot be known, so a call would wait for ever.
    messageerror: AsyncResource.bind(() => this.#receiveUndecodable()),
    close: AsyncResource.bind(() => this.break('the port was closed')),
  };
  #brokenBy: string | undefined;
  #refusedCount = 0;
  #lateReplyCount = 0;

  constructor(port: SessionPort, { expose = {}, names = [], onRefused }: SessionOptions<Api>) {
    const post = (frame: Frame): void => port.postMessage(frame);
    this.#port = port;
    this.#post = post;
    this.#calling = new CallingSide(names, post);
    this.#serving = new ServingSide(expose, post);
    this.#onRefused = onRefused ?? ((): void => undefined);
    for (const [event, listener] of Object.entries(this.#listeners)) port.on(event, listener);
  }

  get broken(): AbortSignal {
    return this.#broken.signal;
  }

  get pendingCount(): number {
    return this.#calling.pendingCount;
  }

  get refusedCount(): number {
    return this.#refusedCount;
  }

  get lateReplyCount(): number {
    return this.#lateReplyCount;
  }

  call<Name extends keyof Api & string>(
    name: Name,
    args: Readonly<Parameters<Api[Name]>>,
    options?: CallOptions,
  ): Promise<Awaited<ReturnType<Api[Name]>>> {
    if (this.#brokenBy !== undefined) return Promise.reject(makeBroken(this.#brokenBy, name));
    const reply = this.#calling.call(name, args, options);
    // What the other side returns is taken at its word: both ends are ours.
    return reply as Promise<Awaited<ReturnType<Api[Name]>>>;
  }

  break(reason: string): void {
    if (this.#brokenBy !== undefined) return;
    this.#brokenBy = reason;
    for (const [event, listener] of Object.entries(this.#listeners))
      this.#port.off(event, listener);
    this.#port.close();
    this.#calling.failAll((name) => makeBroken(reason, name));
    this.#calling[Symbol.dispose]();
    this.#broken.abort(makeBroken(reason));
  }

  [Symbol.dispose](): void {
    this.break('this side closed it');
  }

  #receive(message: unknown): void {
    const incoming = parseFrame(message);
    switch (incoming.kind) {
      case 'call': {
        const reason = this.#serving.receive(incoming.frame);
        if (reason !== undefined) this.#refuseCall(describeRefusal(reason, incoming.frame));
        return;
      }
      case 'reply':
        if (!this.#calling.receive(incoming.frame)) this.#lateReplyCount += 1;
        return;
      case 'refused-call':
        this.#refuseCall(incoming.refusal);
        return;
      case 'refused-reply':
        this.#refuseReply(incoming.refusal);
        return;
      default:
        incoming satisfies never;
    }
  }

  #refuseCall(refusal: Refusal): void {
    const { id } = refusal;
    if (id !== undefined) {
      const value = errorToWire(makeRefusal(refusal));
      this.#post({ id, type: 'HANDLER', name: thrownName, value });
    }
    this.#countRefusal(refusal);
  }

  #refuseReply(refusal: Refusal): void {
    // Not answered, as no reply ever is: two sides that refuse each other's refusals would never stop.
    if (refusal.id !== undefined) this.#calling.fail(refusal.id, makeRefusal(refusal));
    this.#countRefusal(refusal);
  }

  #receiveUndecodable(): void {
    this.#countRefusal({ reason: 'undecodable' });
    this.break('a message could not be read in this thread');
  }

  #countRefusal(refusal: Refusal): void {
    this.#refusedCount += 1;
    this.#onRefused(refusal);
  }
}

function makeBroken(reason: string, name?: string): WaybillError {
  return makeError('ERR_WAYBILL_RPC_BROKEN', `the session is broken: ${reason}`, {
    details: name === undefined ? {} : { name },
  });
}
