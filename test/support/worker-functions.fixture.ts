import { closeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { JobContext } from '@waybill/context';
import { pause } from './pause.ts';
import { foreign, plan, request, session, tenant, token, trace } from './variables.ts';

type Callback = (...args: unknown[]) => Promise<unknown>;

// What host functions of this thread keep from one call to another.
const kept: { callback?: Callback; readonly aborts: string[] } = { aborts: [] };

/** What a pool thread sees of the submitter's context. */
function seen(): object {
  return {
    tenant: tenant.get(),
    trace: trace.get(),
    plan: plan.get(),
    token: token.get(),
    session: session.get(),
    request: request.getStore(),
    foreign: foreign.getStore(),
  };
}

// Names with a namespace cannot be names of exports.
// oxlint-disable-next-line import/no-default-export -- it is what a module of host functions offers
export default {
  'worker.seen': seen,
  'worker.seenLater': async () => {
    await pause();
    return seen();
  },
  'worker.tenant': async (waitMs: number) => {
    const before = tenant.get();
    await pause(waitMs);
    return [before, tenant.get()];
  },
  'storm.away': async (label: string, waitMs: number, fails: boolean) => {
    const labels = [tenant.get(), trace.get()?.replace('trace of ', '')];
    try {
      await pause(waitMs);
      labels.push(tenant.get());
      if (fails) await Promise.reject(new Error(`asked for by ${label}`));
    } catch (error) {
      // What it saw must reach the guest, which cannot see it from a failure.
      if (tenant.get() === label) throw error;
      labels.push(tenant.get());
    } finally {
      labels.push(tenant.get());
    }
    await Promise.resolve();
    return [...labels, trace.get()?.replace('trace of ', '')];
  },
  'worker.enter': async (value: string) => {
    foreign.enterWith(value);
    request.enterWith({ id: value });
    await pause();
    foreign.enterWith(`${value} again`);
    return foreign.getStore();
  },
  'worker.echo': (...values: unknown[]) => values[0],
  'worker.fail': async (message: string) => {
    await pause();
    throw Object.assign(new Error(message, { cause: new TypeError('the cause') }), {
      code: 'E_OWN',
    });
  },
  'worker.failNow': (message: string) => {
    throw new RangeError(message);
  },
  'worker.call': async (callback: Callback, ...args: unknown[]) => callback(...args),
  'worker.keep': async (callback: Callback) => {
    kept.callback = callback;
    return callback('now');
  },
  'worker.callKept': async () =>
    kept.callback?.('later').catch((error: unknown) => Object(error).code),
  'worker.never': () => new Promise(() => {}),
  'worker.untilAborted': () =>
    new Promise((resolve) => {
      const signal = JobContext.current()?.signal;
      signal?.addEventListener('abort', () => {
        kept.aborts.push(String(tenant.get()));
        resolve('aborted');
      });
    }),
  'worker.aborts': () => kept.aborts.splice(0),
  'worker.block': (ms: number) => {
    const until = performance.now() + ms;
    while (performance.now() < until);
  },
  'worker.exit': () => process.exit(7),
  // The channel to the submitting process, right behind the standard streams.
  'worker.closeChannel': () => closeSync(3),
  'worker.closePort': () => parentPort?.close(),
  'worker.throwLater': () => {
    setImmediate(() => {
      throw new Error('thrown outside of any host call');
    });
    return new Promise(() => {});
  },
};
