import { EventEmitter } from 'node:events';
import type { SessionPort } from '@waybill/rpc';

/** Our end of the session with a thread of another process: its frames travel among those of the other threads. */
export class RemotePort extends EventEmitter implements SessionPort {
  readonly #send: (frame: unknown) => void;
  #isOpen = true;

  /** @param send - takes a frame to the other process */
  constructor(send: (frame: unknown) => void) {
    super();
    this.#send = send;
  }

  postMessage(frame: unknown): void {
    if (this.#isOpen) this.#send(frame);
  }

  /** Hands in a frame that came. */
  receive(frame: unknown): void {
    if (this.#isOpen) this.emit('message', frame);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.emit('close');
  }
}
