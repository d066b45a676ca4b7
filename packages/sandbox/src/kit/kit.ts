import {
  makeParcelReader,
  makeParcelWriter,
  capturePrimordials,
  type ParcelHooks,
} from '@waybill/protocol';
import { makeErrorMarks } from './describe-error.ts';
import { makeGuestSurface } from './guest-surface.ts';
import { hardenRealm } from './harden-realm.ts';
import { makeHostCalls } from './host-object.ts';
import type {
  EnterGuest,
  JobSettings,
  KitJob,
  KitSettings,
  KitTools,
  SendToHost,
} from './kit-types.ts';
import { makeModuleLinker, type ModuleFunction } from './module-linker.ts';
import { makeParcelHooks } from './parcel-hooks.ts';
import { installTimers } from './timers.ts';

/**
 * Sets up a fresh realm and returns its only door. Evaluated once per realm, before any guest code.
 *
 * Self-contained together with the functions named in `kit-source.ts`: their texts are evaluated inside guest
 * realms. Everything of value lives in these closures (the callback to the host, the jobs); guest code holds
 * only functions made for its own job.
 */
export function makeKit(sendRaw: SendToHost, settingsText: string): EnterGuest {
  const p = capturePrimordials();
  const settings = p.parse(settingsText) as KitSettings;
  const { isProxy, NativeProxy } = hardenRealm();
  const hooks: ParcelHooks = makeParcelHooks(isProxy);
  const write = makeParcelWriter(p);
  const read = makeParcelReader(p);
  const { mark, describe } = makeErrorMarks();
  const PromiseOf = Promise;
  const { then } = Promise.prototype;
  const { get: mapGet, set: mapSet, delete: mapDelete } = Map.prototype;
  const jobs = p.makeMap() as Map<number, KitJob>;
  let current: KitJob | undefined;
  let sentThisTurn = 0;

  const kitError = (code: string, message: string): Error => {
    const error = p.makeError(message);
    p.defineProperty(error, 'code', { __proto__: null, value: code, enumerable: true } as never);
    mark(error, { kitCode: code });
    return error;
  };
  // Messages are handled on the host's event loop: a flood of them within one turn would starve it for good.
  const send: SendToHost = (kind, jobKey, id, n, a, b) => {
    if (++sentThisTurn > 4096) {
      throw kitError(
        'ERR_WAYBILL_HOST_CALL_LIMIT',
        'more than 4096 messages to the host in one turn',
      );
    }
    sendRaw(kind, jobKey, id, n, a, b);
  };
  const logLine = (job: KitJob | undefined, level: number, text: string): void => {
    if (job === undefined || job.settled) return;
    const { logLines, maxChars } = job.settings;
    // One line or character too many is sent, so that the host sees that something was cut off.
    if (job.logLineCount > logLines || job.logChars > maxChars.log) return;
    const line = p.slice(text, 0, maxChars.log + 1 - job.logChars);
    job.logLineCount += 1;
    job.logChars += line.length;
    send('log', job.key, 0, level, line, '');
  };
  const attempt: KitTools['attempt'] = (what, fn, args) => {
    try {
      p.apply(fn, undefined, args);
    } catch (error) {
      logLine(current, 4, `uncaught in ${what}: ${describe(error)}`);
    }
  };
  const subscribe: KitTools['subscribe'] = (value, ok, fail) => {
    const promise = new PromiseOf((resolve) => {
      resolve(value);
    });
    p.apply(then, promise, [ok, fail]);
  };
  const currentJob = (): KitJob | undefined => current;
  const tools: KitTools = {
    primordials: p,
    write,
    read,
    hooks,
    send,
    NativeProxy,
    kitError,
    describe,
    subscribe,
    logLine,
    attempt,
    currentJob,
  };
  const calls = makeHostCalls(tools, settings.hostFunctionNames, mark);
  const surface = makeGuestSurface(tools);
  const timers = installTimers(tools);
  const evaluateProgram = makeModuleLinker(tools);
  surface.installConsole();

  let programLoaded: (namespace: object) => void;
  let programFailed: (error: unknown) => void;
  const program = new PromiseOf<object>((resolve, reject) => {
    programLoaded = resolve;
    programFailed = reject;
  });
  subscribe(
    program,
    () => sendRaw('loaded', 0, 0, 0, '', ''),
    (error) => sendRaw('load-failed', 0, 0, 0, describe(error), ''),
  );

  const end = (job: KitJob): void => {
    job.settled = true;
    p.apply(mapDelete, jobs, [job.key]);
    timers.dropOf(job);
    if (current === job) current = undefined;
  };
  const settle = (job: KitJob, kind: 'returned' | 'threw', a: string, b: string): void => {
    if (job.settled) return;
    end(job);
    sendRaw(kind, job.key, 0, 0, a, b);
  };
  const returned = (job: KitJob, value: unknown): void => {
    const limits = { maxChars: job.settings.maxChars.result, maxDepth: job.settings.maxDepth };
    try {
      const parcel = write(value, limits, hooks);
      settle(job, 'returned', parcel.text, parcel.bytes);
    } catch (error) {
      const fault = (error as { parcelFault?: { reason: string } } | null)?.parcelFault;
      const large = fault?.reason === 'too-large';
      const code = large
        ? 'ERR_WAYBILL_GUEST_RESULT_TOO_LARGE'
        : 'ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE';
      const told =
        fault === undefined
          ? error
          : kitError(code, `the result cannot cross: ${(error as Error).message}`);
      settle(job, 'threw', describe(told), '');
    }
  };
  const begin = (
    job: KitJob,
    namespace: object,
    environment: object,
    a: string,
    b: string,
  ): void => {
    const entry = (namespace as { default?: unknown }).default;
    if (typeof entry !== 'function') {
      const words = 'the main module must export a function as default';
      settle(job, 'threw', describe(kitError('ERR_WAYBILL_GUEST_NO_ENTRY', words)), '');
      return;
    }
    try {
      subscribe(
        p.apply(entry as () => unknown, undefined, [read(a, b, hooks), environment]),
        (value) => returned(job, value),
        (error) => settle(job, 'threw', describe(error), ''),
      );
    } catch (error) {
      settle(job, 'threw', describe(error), '');
    }
  };
  const start = (key: number, a: string, b: string, jobSettingsText: string): void => {
    const { signal, abort } = surface.signalObject();
    const job: KitJob = {
      key,
      settings: p.parse(jobSettingsText) as JobSettings,
      settled: false,
      calls: p.makeMap() as KitJob['calls'],
      callbacks: p.makeMap() as KitJob['callbacks'],
      callCount: 0,
      callbackCount: 0,
      timerCount: 0,
      logLineCount: 0,
      logChars: 0,
      abort,
    };
    p.apply(mapSet, jobs, [key, job]);
    current = job;
    const context = surface.contextObject(job);
    const environment = Object.freeze({
      __proto__: null,
      host: calls.hostObject(job),
      context,
      signal,
      log: surface.logFunction(job),
    });
    if (job.settings.trail) send('seen', key, 0, 0, p.stringify(job.settings.context), '');
    subscribe(
      program,
      (namespace) => begin(job, namespace as object, environment, a, b),
      (error) => settle(job, 'threw', describe(error), ''),
    );
  };
  const load = (shapesText: string, functions: unknown[]): void => {
    try {
      const shapes = p.parse(shapesText) as Parameters<typeof evaluateProgram>[0];
      programLoaded(evaluateProgram(shapes, functions as ModuleFunction[]));
    } catch (error) {
      programFailed(error);
    }
  };
  const callback = (job: KitJob, id: number, callbackId: number, a: string, b: string): void => {
    const failed = (error: unknown): void => {
      if (!job.settled) send('callback-threw', job.key, id, 0, describe(error), '');
    };
    try {
      const fn = p.apply(mapGet, job.callbacks, [callbackId]) as
        | ((...args: unknown[]) => unknown)
        | undefined;
      if (fn === undefined) throw kitError('ERR_WAYBILL_JOB_ENDED', 'there is no such callback');
      const limits = { maxChars: job.settings.maxChars.hostCall, maxDepth: job.settings.maxDepth };
      subscribe(
        p.apply(fn, undefined, read(a, b, hooks) as unknown[]),
        (value) => {
          if (job.settled) return;
          try {
            const parcel = write(value, limits, hooks);
            send('callback-returned', job.key, id, 0, parcel.text, parcel.bytes);
          } catch (error) {
            failed(error);
          }
        },
        failed,
      );
    } catch (error) {
      failed(error);
    }
  };

  return (kind, jobKey, id, n, a, b, ...extra) => {
    sentThisTurn = 0;
    if (kind === 'start') return start(jobKey, a, b, extra[0] as string);
    if (kind === 'load') return load(a, extra);
    const job = p.apply(mapGet, jobs, [jobKey]) as KitJob | undefined;
    if (job === undefined) return;
    current = job;
    switch (kind) {
      case 'resolve':
        return calls.resolve(job, id, a, b);
      case 'reject':
        return calls.reject(job, id, a);
      case 'callback':
        return callback(job, id, n, a, b);
      case 'wake':
        return timers.wake(id);
      case 'abort':
        return job.abort(a);
      case 'end':
        return end(job);
    }
  };
}
