import { AsyncLocalStorage } from 'node:async_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, expectTypeOf, test, vi } from 'vitest';
import { ContextSnapshot } from './context-snapshot.ts';
import { ContextVariable } from './context-variable.ts';
import { JobContext } from './job-context.ts';

const tenant = new ContextVariable<string>({ name: 'tenant' });
const foreign = new AsyncLocalStorage<object>();

function jobOf(name: string, deadlineMs?: number): JobContext {
  const snapshot = tenant.run(name, () => ContextSnapshot.capture());
  return new JobContext({ jobId: `job of ${name}`, snapshot, deadlineMs });
}

const revoked = expect.objectContaining({
  code: 'ERR_WAYBILL_CONTEXT_REVOKED',
  message: expect.stringContaining('job of acme'),
});

test('a bound function runs in the context of its job, whoever calls it', () => {
  using job = jobOf('acme');
  const bound = job.bind(() => tenant.get());
  expect(bound()).toBe('acme');
  expect(tenant.run('other', bound)).toBe('acme');
  expect(tenant.run('other', () => job.run(() => tenant.get()))).toBe('acme');
});

test('bind keeps this, arguments, the return value and the thrown error', () => {
  using job = jobOf('acme');
  const host = {
    prefix: 'id-',
    find: job.bind(function (this: { readonly prefix: string }, id: number) {
      if (id < 0) throw new RangeError('negative');
      return `${this.prefix}${id}`;
    }),
  };
  expectTypeOf(host.find).returns.toEqualTypeOf<string>();
  expect(host.find(7)).toBe('id-7');
  expect(() => host.find(-1)).toThrow(RangeError);
});

test('a function that was saved by one job refuses in the next one', () => {
  const first = jobOf('acme');
  const hostFunction = vi.fn<() => void>();
  const saved = first.bind(hostFunction);
  first.revoke();
  using second = jobOf('other');
  expect(() => second.run(saved)).toThrow(revoked);
  expect(() => first.run(hostFunction)).toThrow(revoked);
  expect(hostFunction).not.toHaveBeenCalled();
});

test('a bound function of a live job speaks for its own job inside another job', () => {
  using first = jobOf('acme');
  using second = jobOf('other');
  const bound = first.bind(() => tenant.get());
  expect(second.run(() => [bound(), tenant.get()])).toEqual(['acme', 'other']);
});

test('an enterWith in one call does not reach the next call of the job', () => {
  using job = jobOf('acme');
  const residue = {};
  expect(job.bind(() => foreign.enterWith(residue))()).toBeUndefined();
  expect(job.run(() => foreign.getStore())).toBeUndefined();
  expect(foreign.getStore()).toBeUndefined();
});

test('revoking aborts the signal in the context of the job, before bound functions refuse', () => {
  const job = jobOf('acme');
  const bound = job.bind(() => tenant.get());
  const seen: unknown[] = [];
  job.signal.addEventListener('abort', () => seen.push(tenant.get(), bound(), job.revoked));
  tenant.run('somebody else', () => job.revoke());
  expect(seen).toEqual(['acme', 'acme', false]);
  expect(job.revoked).toBe(true);
  expect(job.signal.reason).toEqual(revoked);
});

test('revoking again changes nothing, also from a listener of the signal', () => {
  const job = jobOf('acme');
  const listener = vi.fn<() => void>(() => job.revoke('third'));
  job.signal.addEventListener('abort', listener);
  job.revoke('first');
  job.revoke('second');
  job[Symbol.dispose]();
  expect(job.signal.reason).toBe('first');
  expect(listener).toHaveBeenCalledTimes(1);
});

test('a signal that is first looked at after the revocation is aborted with its reason', () => {
  const job = jobOf('acme');
  job.revoke('ended');
  expect([job.signal.aborted, job.signal.reason]).toEqual([true, 'ended']);
  expect(job.signal).toBe(job.signal);
});

test.each([null, 0, ''])('%j is a reason like others', (reason) => {
  const [looked, unseen] = [jobOf('acme'), jobOf('acme')];
  expect(looked.signal.aborted).toBe(false);
  for (const job of [looked, unseen]) job.revoke(reason);
  expect([looked.signal.reason, unseen.signal.reason]).toEqual([reason, reason]);
});

test('leaving the block of a using declaration revokes the job', () => {
  let job: JobContext;
  {
    using scoped = jobOf('acme');
    job = scoped;
    expect(job.revoked).toBe(false);
  }
  expect(job.revoked).toBe(true);
});

test('what a host function began before the revocation goes on in its context', async () => {
  const job = jobOf('acme');
  const gate = Promise.withResolvers<void>();
  const pending = job.run(async () => {
    await gate.promise;
    return tenant.get();
  });
  job.revoke();
  gate.resolve();
  await expect(pending).resolves.toBe('acme');
});

test('a host function finds the job it runs for, after an await and inside another job too', async () => {
  using outer = jobOf('acme');
  using inner = jobOf('other');
  const seen = await outer.run(async () => {
    const nested = inner.run(() => JobContext.current()?.jobId);
    await Promise.resolve();
    return [nested, JobContext.current()?.jobId];
  });
  expect(seen).toEqual(['job of other', 'job of acme']);
  expect(JobContext.current()).toBe(undefined);
});

test('the deadline is kept, and must be a finite instant', () => {
  using job = jobOf('acme', 1234.5);
  expect(job.deadlineMs).toBe(1234.5);
  expect(jobOf('acme').deadlineMs).toBeUndefined();
  for (const wrong of [Number.NaN, Infinity]) {
    expect(() => jobOf('acme', wrong)).toThrow(
      expect.objectContaining({ code: 'ERR_WAYBILL_CONTEXT_BAD_POLICY' }),
    );
  }
});

test('after the revocation nothing that the guest may keep retains the stores', async () => {
  const { job, store, kept } = makeRevokedJob();
  await collectGarbage();
  expect(store.deref()).toBeUndefined();
  expect([job.revoked, kept.length]).toEqual([true, 3]);
});

function makeRevokedJob(): { job: JobContext; store: WeakRef<object>; kept: unknown[] } {
  const value = { tenant: 'acme', records: Array.from({ length: 100 }, () => 'record') };
  const snapshot = foreign.run(value, () => ContextSnapshot.capture());
  const job = new JobContext({ jobId: 'collected', snapshot });
  const bound = job.bind(() => foreign.getStore());
  expect(bound()).toBe(value);
  const neverSettled = job.run(() => new Promise(() => {}));
  const kept = [bound, job.signal, neverSettled];
  job.revoke();
  return { job, store: new WeakRef(value), kept };
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  // A WeakRef holds its target until the turn that made it has ended.
  await new Promise((resolve) => setImmediate(resolve));
  if (typeof gc === 'function') await gc({ type: 'major', execution: 'async' });
}
