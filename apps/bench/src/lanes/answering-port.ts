import { MessageChannel, type MessagePort } from 'node:worker_threads';

/** Makes a channel one end of which sends back every message. @returns the other end, to be given to a thread */
export function answeringPort(): { readonly far: MessagePort } & Disposable {
  const { port1, port2 } = new MessageChannel();
  port1.on('message', (message: unknown) => port1.postMessage(message));
  return { far: port2, [Symbol.dispose]: () => port1.close() };
}
