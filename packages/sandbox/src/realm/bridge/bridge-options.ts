import { type WaybillError, defaultLimits, makeError } from '@waybill/protocol';

/** What a realm bridge is made with. */
export interface RealmBridgeOptions {
  /**
   * How long one drain may run guest code, in ms: a whole number of at least 1. What runs longer is cut off, and with it
   * goes the realm. `Infinity`: no limit, and a drain costs a hundredth, but one loop of the guest holds the thread for
   * good.
   *
   * @defaultValue 1_000
   */
  readonly drainTimeoutMs?: number | undefined;
  /**
   * The most that one value may take on its way across, written down, in characters of text and bytes of binary data
   * together: a whole number of at least 1.
   *
   * @defaultValue 8_388_608 (8 Mi)
   */
  readonly valueBytes?: number | undefined;
  /** Nesting of any value that crosses: a whole number of at least 1. @defaultValue 128 */
  readonly depth?: number | undefined;
  /**
   * Told of a guest's promise that was rejected and that nobody handled, in the async context in which it was rejected.
   * What it throws is an uncaught exception.
   *
   * @defaultValue a process warning
   */
  readonly onStrayRejection?: ((error: WaybillError) => void) | undefined;
}

/** The options, checked, every default filled in. */
export interface BridgeSettings {
  readonly drainTimeoutMs: number;
  readonly valueBytes: number;
  readonly depth: number;
  readonly onStrayRejection: (error: WaybillError) => void;
}

/**
 * Checks the options of a bridge.
 *
 * @throws `ERR_WAYBILL_INVALID_OPTIONS` for a number out of its range
 */
export function checkBridgeOptions(options: RealmBridgeOptions): BridgeSettings {
  const { drainTimeoutMs = defaultLimits.cpuMs, onStrayRejection = warn } = options;
  const { valueBytes = defaultLimits.resultBytes, depth = defaultLimits.depth } = options;
  if (drainTimeoutMs !== Number.POSITIVE_INFINITY) assertCount('drainTimeoutMs', drainTimeoutMs);
  assertCount('valueBytes', valueBytes);
  assertCount('depth', depth);
  return { drainTimeoutMs, valueBytes, depth, onStrayRejection };
}

function assertCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  const words = `${name} must be a whole number of at least 1, it is ${String(value)}`;
  throw makeError('ERR_WAYBILL_INVALID_OPTIONS', words);
}

function warn(error: WaybillError): void {
  process.emitWarning(`nobody handled a rejected promise of a guest: ${error.message}`, {
    type: 'WaybillWarning',
    code: error.code,
  });
}
