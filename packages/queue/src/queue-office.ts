import type { DurableJobSpec } from '@waybill/protocol';
import type { ContextSeal } from './accept/seal.ts';
import type { Database } from './database/database.ts';
import type { Signals } from './database/signals.ts';
import type { Engine, TenantSlots } from './engine/engine.ts';
import type { FunctionStore, Submitted } from './job-queue.ts';

/** The options of a queue, checked, every default filled in. */
export interface OfficeSettings {
  readonly tenantSlots: TenantSlots;
  readonly maxQueuedPerTenant: number;
  /** Bytes of source with modules, and of the input; `undefined`: what the limits of each job say. */
  readonly maxJobBytes: number | undefined;
}

/** What of a submission its spec does not say. */
export interface Origin {
  /** Name of the schedule that submits. */
  readonly schedule?: string | undefined;
  /** Idempotency key of the queue's own, made by `makeOwnKey`. */
  readonly ownKey?: string | undefined;
}

/** What all parts of one queue share. Made by `openQueue`, which disposes what it made. */
export interface QueueOffice {
  readonly database: Database;
  readonly engine: Engine;
  readonly signals: Signals;
  readonly settings: OfficeSettings;
  readonly seal: ContextSeal;
  readonly functions: FunctionStore;
  /** Accepts a job in the context of the caller, as `JobQueue.submit` does. */
  submit(spec: DurableJobSpec, origin?: Origin): Promise<Submitted>;
  /** The time of this process, in ms since 1970. What is compared with times in the tables uses the database's. */
  readonly now: () => number;
  /** Tells of a failure in the background, which nobody waits for. Never throws. */
  readonly onError: (error: unknown) => void;
}
