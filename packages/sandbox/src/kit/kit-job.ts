import type { GuestSignal } from './guest-signal.ts';
import type { PendingCall } from './host-calls.ts';
import type { KitPrimordials } from './kit-primordials.ts';
import type { JobSettings } from './kit-types.ts';

/**
 * One job as the kit sees it. Guest code never holds this object, only closures over it.
 *
 * Self-contained: its text is evaluated inside guest realms.
 */
export class KitJob {
  readonly key: number;
  readonly settings: JobSettings;
  /** Nothing that belongs to the job does anything once it is over. */
  ended = false;
  readonly calls: Map<number, PendingCall>;
  readonly callbacks: Map<number, (...args: unknown[]) => unknown>;
  /** Once the guest has asked for it. */
  signal: GuestSignal | undefined;
  /** Why the job was told to stop, once it was. */
  abortedBy: string | undefined;
  callCount = 0;
  callbackCount = 0;
  timerCount = 0;
  logLineCount = 0;
  logChars = 0;

  constructor(p: KitPrimordials, key: number, settings: JobSettings) {
    this.key = key;
    this.settings = settings;
    this.calls = p.makeMap() as Map<number, PendingCall>;
    this.callbacks = p.makeMap() as Map<number, (...args: unknown[]) => unknown>;
  }
}
