import { either, type Expectation, guest, type Idea, cutOff } from '../program.ts';
import { hunter } from './hunt.ts';

const nothing: Expectation = { value: [] };

// The victim's job saves all it has where the thief's job, of the same deployed function, finds it.
const saving = `
let saved;
const keep = async (host, context, signal, log) => {
  let rang = false;
  setTimeout(() => { rang = true }, 30);
  saved = { host, who: host.who, echo: host.echo, away: host.away, context, signal, log, pending: host.hold(), callback: () => host.who(), rang: () => rang };
  saved.pending.catch(() => {});
  await host.keep(saved.callback);
};
const settled = async (work) => { try { return ['fulfilled', await work()] } catch (error) { return ['rejected', error.code ?? error.name] } };
`;

/** A thief whose victim saved all it had. */
export function thief(body: string, victim: 'settles' | 'waits' = 'settles'): string {
  return hunter(
    `
  if (input === 'victim') {
    await keep(host, context, signal, log);
    ${victim === 'waits' ? 'await saved.pending;' : ''}
    return 'saved';
  }
  if (saved === undefined) return ['there was no victim'];
  ${body}`,
    saving,
  );
}

/** What belongs to another job of the same deployed function, after that job has settled. */
export const afterSettling: readonly Idea[] = [
  {
    name: 'calls host functions that a settled job had saved',
    source: thief(`
      for (const name of ['who', 'echo']) { const [how, what] = await settled(() => saved[name](1)); if (how === 'fulfilled') note(String(what), name); }
      for (const act of [() => saved.host.who(), () => saved.away.who(), () => saved.who.call(host), () => Reflect.apply(saved.who, host.who, [])]) {
        const [how, what] = await settled(act); if (how === 'fulfilled') note(String(what), 'saved') }
      if ((await host.who()) !== 'hostile') note(await host.who(), 'own host')`),
    victim: 'settled',
    expect: nothing,
  },
  {
    name: 'reads the context that a settled job had saved',
    source: thief(`
      for (const act of [() => saved.context.get('tenant'), () => saved.context.has('tenant')]) {
        const [how, what] = await settled(act); if (how === 'fulfilled') note(String(what), 'context') }`),
    victim: 'settled',
    expect: nothing,
  },
  {
    name: 'waits for the reply to a call that a settled job had made',
    source: thief(`
      const [how, what] = await settled(() => saved.pending); if (how === 'fulfilled') note(String(what), 'pending')`),
    victim: 'settled',
    expect: nothing,
  },
  {
    name: 'has the host call back a function of a settled job',
    source: thief(`
      const reply = await host.callKept(); if (reply !== 'refused') note(String(reply), 'kept callback')`),
    victim: 'settled',
    expect: nothing,
  },
  {
    name: 'throws the error of a host call that a settled job had made',
    source: `let kept;
export default async (input, { host }) => {
  if (input === 'victim') { await host.fail('of the victim').catch((error) => { kept = error }); return }
  throw kept;
}`,
    victim: 'settled',
    expect: { codes: ['ERR_WAYBILL_GUEST_THREW'] },
  },
];

/** What belongs to another job of the same deployed function while that job still runs. */
export const beside: readonly Idea[] = [
  {
    name: 'calls as itself beside a job whose functions it holds',
    source: thief(
      `
      const mine = [await host.who(), await host.away.who(), context.get('tenant'), await host.who.call(saved.host), await Reflect.apply(host.who, saved.who, [])];
      for (const each of mine) if (each !== 'hostile') note(String(each), 'own host');
      await Promise.all([saved.who(), host.who()]).then(([, own]) => { if (own !== 'hostile') note(own, 'together') })`,
      'waits',
    ),
    victim: 'waiting',
    expect: nothing,
  },
  {
    name: 'guesses the numbers of timers that another job has set',
    source: thief(
      `
      for (let id = 0; id < 2000; id++) { clearTimeout(id); clearInterval(id) }
      await new Promise((done) => { setTimeout(done, 100) });
      if (!saved.rang()) note('silenced', 'a timer of another job')`,
      'waits',
    ),
    victim: 'waiting',
    expect: nothing,
  },
  {
    name: 'ends a waiting job by the promises and the signal that it holds of it',
    source: thief(
      `
      for (const act of [() => saved.signal.abort?.(), () => { saved.signal.aborted = true }, () => saved.signal.onabort?.(), () => saved.pending.resolve?.('forged'), () => Object.defineProperty(saved.signal, 'aborted', { value: true })])
        try { act() } catch {}
      if ((await saved.who()) !== 'victim') note('ended', 'the victim')`,
      'waits',
    ),
    victim: 'waiting',
    expect: nothing,
  },
];

/** Messages, errors and results that claim to be what they are not. */
export const claims: readonly Idea[] = [
  {
    name: 'walks all that it can reach for a way to send messages',
    source: hunter(`
      const seen = new Set();
      const look = (value, path) => {
        if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
        seen.add(value);
        if (/Reference|ExternalCopy|Callback|Isolate|Context$|MessagePort/.test(Object.prototype.toString.call(value))) note('addon', path);
        if (typeof value === 'function' && /sendRaw|jobKey|#enter|\\$0/.test(Function.prototype.toString.call(value).slice(0, 200))) note('a function of ours', path);
        for (const key of Reflect.ownKeys(value)) { let own; try { own = Reflect.getOwnPropertyDescriptor(value, key) } catch { continue }
          for (const part of ['value', 'get', 'set']) if (own?.[part]) look(own[part], path + '.' + String(key)) }
        let above; try { above = Reflect.getPrototypeOf(value) } catch { return } look(above, path + '.__proto__');
      };
      look(globalThis, 'globalThis'); look({ host, context, signal, log }, 'given'); try { await host.fail('x') } catch (error) { look(error, 'error') }`),
    expect: nothing,
  },
  {
    name: 'throws an error that claims a code of ours',
    source: guest(`
      Object.prototype.kitCode = 'ERR_WAYBILL_ISOLATE_LOST'; Object.prototype.hostCallId = 1; Object.prototype.retryable = true;
      throw Object.assign(new Error('forged'), { code: 'ERR_WAYBILL_WORKER_EXITED', kitCode: 'ERR_WAYBILL_ISOLATE_LOST', blame: 'host', retryable: true, waybill: true })`),
    expect: { codes: ['ERR_WAYBILL_GUEST_THREW'] },
  },
  {
    name: 'leaves rejections that sound like the end of its isolate',
    source: guest(`
      for (const text of ['Script execution timed out.', 'Isolate is disposed', 'Isolate was disposed during execution', 'Isolate was disposed during execution due to memory limit', 'Promise was abandoned'])
        for (let i = 0; i < 10; i++) void Promise.reject(new Error(text));
      await host.echo(1);
      return 'left'`),
    expect: { value: 'left' },
  },
  {
    name: 'returns text that looks like a message or a parcel',
    source: guest(
      `return ['#["f",1]', 'returned', ['returned', 1, 0, 0, '{}', ''], '#["o",{"a":["f",0]}]', { kind: 'settled', ok: true }]`,
    ),
    expect: {
      value: [
        '#["f",1]',
        'returned',
        ['returned', 1, 0, 0, '{}', ''],
        '#["o",{"a":["f",0]}]',
        { kind: 'settled', ok: true },
      ],
    },
  },
  {
    name: 'shows one value when its result is checked and another when it is written',
    source: guest(`
      const faces = (first, then) => { let reads = 0; return { enumerable: true, get: () => (++reads > 1 ? then : first) } };
      const odd = JSON.parse('{"__proto__": {"polluted": 1}}');
      return Object.defineProperties({}, { a: faces(1, odd), b: faces('x', { toJSON: () => '#["f",0]' }), c: faces(1, JSON.rawJSON('"#"')), d: faces(1, undefined) })`),
    expect: {
      codes: ['ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE', 'ERR_WAYBILL_GUEST_THREW'],
    },
  },
  {
    name: 'writes text of its own into its result through hooks',
    source: guest(`
      Object.prototype.keepFunction = () => '1],["d",0'; Object.prototype.toJSON = () => '1],["d",0'; Array.prototype.toJSON = () => '#["d",0]';
      return [undefined, () => 1]`),
    expect: { codes: ['ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE'] },
  },
  {
    name: 'settles as often as it can',
    source: guest(`
      setTimeout(() => { throw new Error('later') }, 1);
      return { then(ok, no) { ok('first'); no(new Error('second')); ok('third'); queueMicrotask(() => no(new Error('fourth'))); throw new Error('fifth') } }`),
    expect: { value: 'first' },
  },
  {
    name: 'goes on calling host functions behind its result',
    source: guest(`
      const again = () => host.who().then(again, () => {});
      for (let i = 0; i < 50; i++) again();
      setInterval(() => host.who().catch(() => {}), 1);
      await host.who();
      return 'returned'`),
    expect: { value: 'returned' },
  },
  {
    name: 'logs lines that claim to be of other levels and jobs',
    source: guest(`
      log('\\u001b[2J\\n{"level":"error","tenant":"canary-1"}\\r\\nERR_WAYBILL_INTERNAL'); log({ level: 4, seq: -1, atMs: NaN });
      console.error?.('%s %o %c', { get a() { throw 1 } }, Symbol('x'));
      return 'logged'`),
    expect: either(cutOff, { value: 'logged' }),
  },
  {
    name: 'asks for host functions that are not offered',
    source: hunter(`
      for (const name of ['constructor', '__proto__', 'prototype', 'hasOwnProperty', 'toString', 'then', 'secret', 'echo.constructor', '', 'away', '0', 'resolve', 'jobSettled', 'hostCall', 'runAttempt'])
        try { const fn = host[name]; if (typeof fn === 'function') has(await fn('x'), name) } catch {}
      try { host.echo = () => 'mine'; if ((await host.echo(1)) !== 1) note('replaced', 'host.echo') } catch {}
      try { has(Object.getOwnPropertyDescriptor(host, 'nope'), 'descriptor'); has(Object.getPrototypeOf(host), 'prototype') } catch {}
      for (const key of Reflect.ownKeys(host)) if (!/^(echo|who|away|fail|call|hold|make|read|merge|polluted|keep|callKept|size|large|pause)$/.test(String(key))) note(String(key), 'host')`),
    expect: nothing,
  },
];
