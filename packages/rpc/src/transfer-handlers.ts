import { errorToWire } from '@waybill/protocol';
import { type TransferHandler, transferHandlers } from 'comlink';
import { thrownName } from './frame.ts';

/**
 * What an exposed function gives Comlink in place of throwing, so that the error takes our wire form and not Comlink's.
 */
export class Thrown {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

const thrownHandler: TransferHandler<Thrown, unknown> = {
  canHandle: (value): value is Thrown => value instanceof Thrown,
  serialize: ({ error }) => [errorToWire(error), []],
  // Calls are made through CallingSide only, which has already turned the wire form into an error.
  deserialize: (error) => {
    throw error;
  },
};

// Comlink keeps its handlers in one map for the whole thread, which an application that uses Comlink itself shares with
// us. So this adds one name that is ours, and replaces neither 'throw' nor 'proxy': the filter lets neither of them in.
transferHandlers.set(thrownName, thrownHandler);
