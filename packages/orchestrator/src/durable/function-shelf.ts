import { setTimeout as pause } from 'node:timers/promises';
import {
  type JobSpec,
  type Outcome,
  type StoredFunction,
  defaultLimits,
  isWaybillError,
  makeError,
} from '@waybill/protocol';
import type { FunctionStore } from '@waybill/queue';
import type { Orchestrator } from '../orchestrator.ts';
import type { RunOptions } from '../run-options.ts';
import { WarmVersions } from './warm-versions.ts';

/** A version of a deployed function of a tenant. */
export interface FunctionRef {
  readonly tenant: string;
  readonly name: string;
  /** @defaultValue the one that was deployed last */
  readonly version?: number | undefined;
}

/** A job that runs a function: all but whose it is and what it runs. */
export type FunctionJobSpec = Omit<
  JobSpec,
  'tenant' | 'function' | 'source' | 'sourceType' | 'modules'
>;

/** What a shelf is made with. */
export interface FunctionShelfOptions {
  /** Versions that stay deployed while no job runs them, from 1; the one unused for longest goes first. @defaultValue 256 */
  readonly maxWarmCount?: number | undefined;
  /**
   * For how long a version that was found is believed to be there still, in ms; the version that was deployed last is asked
   * for each time. @defaultValue 1_000
   */
  readonly believedMs?: number | undefined;
}

/** Runs stored functions in an orchestrator. Made by `createFunctionShelf`; one for each orchestrator. */
export interface FunctionShelf extends Disposable {
  /** Versions that are deployed in the orchestrator now. */
  readonly warmCount: number;
  /**
   * Runs a version, deployed first where it is not. Where the process that is to look at its source is being replaced, that is
   * tried again for as long as the job has time (`limits.wallMs`); the deadline of the job counts from then on.
   *
   * @throws `ERR_WAYBILL_FUNCTION_NOT_FOUND`, `ERR_WAYBILL_CANCELLED` if the signal aborts before the version is deployed,
   *   what the store fails with, what `orchestrator.deploy` refuses the source with, and what `orchestrator.run` throws
   */
  run<T = unknown>(
    ref: FunctionRef,
    spec?: FunctionJobSpec,
    options?: RunOptions,
  ): Promise<Outcome<T>>;
  /** Takes every version out of the orchestrator, those that run when their jobs have settled. Idempotent. */
  [Symbol.dispose](): void;
}

/** Wait before the second try to deploy, in ms; the next is twice as long, and so on up to the longest. */
const firstPauseMs = 25;
const longestPauseMs = 500;

/**
 * Keeps stored functions warm in an orchestrator. Whoever made it disposes it before the orchestrator is closed, or leaves it
 * to the closing.
 */
export function createFunctionShelf(
  orchestrator: Pick<Orchestrator, 'run' | 'deploy'>,
  functions: Pick<FunctionStore, 'find'>,
  { maxWarmCount = 256, believedMs = 1_000 }: FunctionShelfOptions = {},
): FunctionShelf {
  const warm = new WarmVersions(orchestrator, maxWarmCount);

  const find = async (ref: FunctionRef): Promise<StoredFunction> => {
    const known = warm.believed(ref, believedMs);
    if (known !== undefined) return known;
    const { tenant, name, version } = ref;
    const stored = await functions.find(tenant, name, version);
    if (stored !== undefined) {
      warm.found(stored);
      return stored;
    }
    warm.gone(ref);
    const which = version === undefined ? '' : ` with version ${version}`;
    const words = `tenant ${tenant} has no function named ${name}${which}`;
    const details = { tenant, name, ...(version === undefined ? {} : { version }) };
    throw makeError('ERR_WAYBILL_FUNCTION_NOT_FOUND', words, { details });
  };
  return {
    get warmCount() {
      return warm.count;
    },
    async run<T>(ref: FunctionRef, spec: FunctionJobSpec = {}, options: RunOptions = {}) {
      const stored = await find(ref);
      const wallMs = spec.limits?.wallMs ?? stored.spec.limits?.wallMs ?? defaultLimits.wallMs;
      const { signal } = options;
      using held = await retried(() => warm.hold(stored), { wallMs, signal });
      const { tenant } = ref;
      return await orchestrator.run<T>({ ...spec, tenant, function: held.deployedName }, options);
    },
    [Symbol.dispose]: () => warm.close(),
  };
}

async function retried<T>(
  deploy: () => Promise<T>,
  { wallMs, signal }: { readonly wallMs: number; readonly signal: AbortSignal | undefined },
): Promise<T> {
  const untilMs = performance.now() + wallMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await deploy();
    } catch (error) {
      if (!mayPass(error) || performance.now() + pauseMs > untilMs) throw error;
    }
    try {
      await pause(pauseMs, undefined, signal === undefined ? {} : { signal });
    } catch {
      // Only the signal ends a pause.
      const words = 'the signal of the job aborted before its function was deployed';
      throw makeError('ERR_WAYBILL_CANCELLED', words, { cause: signal?.reason });
    }
  }
}

// What is not the host's fault stays as it is, also where another try later may pass: an orchestrator that closes.
function mayPass(error: unknown): boolean {
  return isWaybillError(error) && error.retryable && error.blame === 'host';
}
