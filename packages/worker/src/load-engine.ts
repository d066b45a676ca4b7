import { type TurnNote, type WaybillError, makeError } from '@waybill/protocol';
import type { Engine, EngineOptions } from '@waybill/sandbox';
import type { ThreadOptions } from './thread-options.ts';

/** Opens the engine of this thread. */
export type OpenEngine = (options: EngineOptions) => Engine;

/**
 * Loads what runs the guests of this thread. Only the engine that is wanted is loaded: the other may be without its addon.
 *
 * @param note - tells the pool whose turn it is, where the engine's turns hold the thread
 * @throws a `HostError` `ERR_WAYBILL_ENGINE_MISSING` where the addon cannot be loaded
 */
export async function loadEngine(options: ThreadOptions, note: TurnNote): Promise<OpenEngine> {
  const { engine, runningIsolates, runClock } = options;
  if (engine.kind === 'isolate') {
    const { openIsolateEngine } = await loadAddonEngine();
    return (shared) => openIsolateEngine({ ...shared, runningIsolates, runClock });
  }
  const { openRealmEngine } = await import('@waybill/sandbox/realm');
  const { stacks, threadHeapBytes } = engine;
  return ({ kit }) =>
    openRealmEngine({
      kit,
      stacks,
      threadHeapBytes,
      onTurn: (owner) => {
        if (owner === undefined) note.end();
        else note.begin(owner.attemptId);
      },
    });
}

async function loadAddonEngine(): Promise<typeof import('@waybill/sandbox/isolate')> {
  try {
    return await import('@waybill/sandbox/isolate');
  } catch (cause) {
    throw missingEngine(cause);
  }
}

function missingEngine(cause: unknown): WaybillError {
  const words =
    "isolated-vm could not be loaded: install it for this Node.js, or choose engine 'realm' for guests that you trust";
  return makeError('ERR_WAYBILL_ENGINE_MISSING', words, { cause });
}
