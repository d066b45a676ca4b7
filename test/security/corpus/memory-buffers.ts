import { either, type Expectation, guest, type Idea, memoryCutOff, threw } from '../program.ts';

const orCrashed = either(memoryCutOff, { codes: ['ERR_WAYBILL_GUEST_CRASHED'] });
const refused: Expectation = { value: 'refused' };

/** Large texts. */
export const texts: readonly Idea[] = [
  {
    name: 'doubles a text until it is too long, and reads it',
    source: guest(
      `let s = 'ab'; for (;;) { s += s; s.charCodeAt(s.length >> 1); s = s.replace('a', 'b') }`,
    ),
    expect: either(orCrashed, threw),
  },
  {
    name: 'pads texts to the greatest length and keeps them',
    source: guest(
      `const a = []; for (let i = 0;; i++) { const s = String(i).padEnd(2 ** 28, 'xy'); a.push(s); s.indexOf('z') }`,
    ),
    expect: either(orCrashed, threw),
  },
  {
    name: 'splits a large text into letters',
    source: guest(`return 'ab'.repeat(2 ** 25).split('').length`),
    expect: either(orCrashed, threw),
  },
  {
    name: 'writes a large text in capitals',
    source: guest(`const s = 'ß'.repeat(2 ** 27); for (;;) s.toUpperCase()`),
    expect: either(orCrashed, threw),
  },
  {
    name: 'reads JSON of fifty million items',
    source: guest(`return JSON.parse('[' + '0,'.repeat(5e7) + '0]').length`),
    expect: either(orCrashed, threw),
  },
  {
    name: 'throws an error with a message of half a gigabyte',
    source: guest(`throw new Error('m'.repeat(2 ** 29 - 100))`),
    expect: either(orCrashed, threw),
  },
  {
    name: 'leaves a rejection with a message of half a gigabyte',
    source: guest(
      `void Promise.reject(new Error('m'.repeat(2 ** 29 - 100))); await host.echo(1); return 1`,
    ),
    expect: either(orCrashed, { codes: ['ERR_WAYBILL_GUEST_THREW'], value: 1 }),
  },
];

/** Memory outside the heap: what the limit counts late, or would not count at all. */
export const buffers: readonly Idea[] = [
  {
    name: 'asks for a buffer of many gigabytes',
    source: guest(`try { new ArrayBuffer(2 ** 36); return 'given' } catch { return 'refused' }`),
    expect: refused,
  },
  {
    name: 'asks for buffers of a gigabyte without end and catches every refusal',
    source: guest('for (;;) { try { new ArrayBuffer(1e9) } catch {} }'),
    expect: orCrashed,
  },
  {
    name: 'keeps buffers of a hundred megabytes',
    source: guest('const a = []; for (;;) a.push(new Uint8Array(1e8).fill(1))'),
    expect: either(orCrashed, threw),
  },
  {
    name: 'keeps small typed arrays without end',
    source: guest('const a = []; for (;;) a.push(new Float64Array(64).fill(1))'),
    expect: either(orCrashed, threw),
  },
  {
    name: 'moves a buffer into larger and larger ones',
    source: guest(`
      let b = new ArrayBuffer(2 ** 20);
      const a = [];
      for (;;) { b = b.transfer(b.byteLength * 2); a.push(new Uint8Array(b.slice(0)).fill(1)) }`),
    expect: either(orCrashed, threw),
  },
  {
    name: 'asks for a buffer that can grow',
    source: guest(`
      const makers = [ArrayBuffer, new Uint8Array(1).buffer.constructor, Object.getPrototypeOf(new ArrayBuffer(1)).constructor];
      class Own extends ArrayBuffer {}
      makers.push(Own, function (n, o) { return Reflect.construct(ArrayBuffer, [n, o], Own) }.bind(null));
      for (const Maker of makers) {
        let made;
        try { made = new Maker(8, { maxByteLength: 2 ** 30 }) } catch { continue }
        if (made.resizable || made.maxByteLength > 8 || typeof made.resize === 'function') return 'given';
      }
      return 'refused'`),
    expect: refused,
  },
  {
    name: 'makes a copy that can grow of a buffer that cannot',
    source: guest(`
      const b = new ArrayBuffer(8);
      const copies = [b.slice(0), b.transfer(), new ArrayBuffer(8).transferToFixedLength?.()];
      const typed = new Uint8Array(8);
      copies.push(typed.slice().buffer, Uint8Array.from([1]).buffer, typed.toSorted?.().buffer);
      return copies.some((each) => each?.resizable || each?.resize) ? 'given' : 'refused'`),
    expect: refused,
  },
  {
    name: 'takes memory through WebAssembly',
    source: guest(`
      try { new WebAssembly.Memory({ initial: 10000 }); return 'given' } catch { return 'refused' }`),
    expect: refused,
  },
  {
    name: 'takes memory that threads share',
    source: guest(`
      try { new SharedArrayBuffer(8, { maxByteLength: 2 ** 30 }).grow(2 ** 30); return 'given' } catch { return 'refused' }`),
    expect: refused,
  },
  {
    name: 'looks for another realm that still has WebAssembly',
    source: guest(`
      const makers = [(0, eval)('Function'), (async () => {}).constructor, (function* () {}).constructor];
      const names = ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'ShadowRealm', 'Float16Array', 'FinalizationRegistry'];
      for (const make of makers) {
        for (const name of names) {
          let type = make('return typeof ' + name)();
          if (typeof type === 'object') type = (await type.next?.())?.value ?? (await type);
          if (type !== 'undefined') return 'given ' + name;
        }
      }
      return 'refused'`),
    expect: refused,
  },
];
