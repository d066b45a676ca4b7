import { type Context, compileFunction } from 'node:vm';
import { makeError } from '@waybill/protocol';
import { kitFilename } from '../../kit/kit-source.ts';
import { drainContext } from '../drain-script.ts';
import type { RealmHost, RealmKit, RealmSettings } from './kit/realm-kit.ts';
import { realmKitParameters, realmKitSource } from './kit/realm-kit-source.ts';

/**
 * Evaluates the kit in a realm that has run no guest code yet.
 *
 * @throws `ERR_WAYBILL_INVALID_OPTIONS` for a context without a microtask queue of its own, or with a `Promise` that is
 *   not the engine's
 */
export function openRealmKit(context: Context, host: RealmHost, settings: RealmSettings): RealmKit {
  const open = compileFunction(realmKitSource, realmKitParameters, {
    parsingContext: context,
    filename: kitFilename,
  });
  const { isProxy, onMail, onEngine } = host;
  const kit = open(isProxy, onMail, onEngine, JSON.stringify(settings)) as RealmKit;
  const probe = kit.probe();
  if (Object.getPrototypeOf(probe) !== kit.promisePrototype) {
    throw refusal("a context whose Promise is the engine's own");
  }
  drainContext(context);
  if (!kit.ownsQueue) throw refusal("a context made with microtaskMode: 'afterEvaluate'");
  return kit;
}

function refusal(expected: string): Error {
  return makeError('ERR_WAYBILL_INVALID_OPTIONS', `openRealmBridge expected ${expected}`);
}
