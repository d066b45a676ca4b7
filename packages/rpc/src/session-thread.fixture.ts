import { type MessagePort, workerData } from 'node:worker_threads';
import { makeError } from '@waybill/protocol';
import { openSession } from './index.ts';

/** What the thread of the tests exposes. */
export interface ThreadApi {
  echo(value: unknown): unknown;
  /** Calls `double` of the other side, and adds one. */
  viaCaller(value: number): Promise<number>;
  throwCoded(): never;
  throwOurs(): never;
  /** Never settles. */
  hang(): Promise<void>;
  exit(code: number): void;
}

/** What the thread calls back. */
export interface CallerApi {
  double(value: number): number;
  hanging(): void;
}

const { port } = workerData as { readonly port: MessagePort };

const caller = openSession<CallerApi>(port, {
  names: ['double', 'hanging'],
  expose: {
    echo: (value: unknown) => value,
    viaCaller: async (value: number) => (await caller.call('double', [value])) + 1,
    throwCoded: () => {
      const cause = Object.assign(new RangeError('inner'), { code: 'E_INNER' });
      throw Object.assign(new TypeError('outer', { cause }), { code: 'E_OUTER' });
    },
    throwOurs: () => {
      throw makeError('ERR_WAYBILL_GUEST_THREW', 'the guest threw', {
        details: { line: 3 },
        stackOf: { guest: 'at guest.ts:3', host: 'at host.ts:4' },
      });
    },
    hang: async () => {
      await caller.call('hanging', []);
      await new Promise(() => undefined);
    },
    exit: (code: number) => process.exit(code),
  },
});
