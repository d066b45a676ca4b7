import { AsyncResource } from 'node:async_hooks';
import { ContextError } from './context-error.ts';
import { emptyRecord, slots } from './slots.ts';

/**
 * An async resource whose frame is empty: what runs in its scope sees no store of anybody.
 *
 * A resource takes the frame it is made in, and a module that is first loaded by `await import()` inside somebody's
 * `als.run` is evaluated in that frame: the first tenant's stores would become everybody's root. Node has no public way
 * to ask for the empty frame, so the slot in which the resource keeps its frame is cleared and the effect is
 * verified. A Node that keeps the frame elsewhere, and one that runs without AsyncContextFrame, fail that check when
 * this module is loaded: better no start than a root context that leaks.
 */
export const rootFrame: AsyncResource = slots.run(emptyRecord, makeRootFrame);

function makeRootFrame(): AsyncResource {
  const resource = new AsyncResource('WAYBILL_ROOT', { requireManualDestroy: true });
  const frameSlot = Object.getOwnPropertySymbols(resource).find(
    (symbol) => symbol.description === 'context_frame',
  );
  if (frameSlot !== undefined) Reflect.set(resource, frameSlot, undefined);
  const isEmpty = resource.runInAsyncScope(() => slots.getStore() === undefined);
  if (isEmpty) return resource;
  throw new ContextError(
    'ERR_WAYBILL_CONTEXT_LEGACY_MODE',
    `@waybill/context needs the AsyncContextFrame of Node.js 24 or 26; this is ${process.version}. ` +
      'Start Node without --no-async-context-frame (also in NODE_OPTIONS).',
  );
}
