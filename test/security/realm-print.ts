/**
 * A harmless guest that describes its realm: every global and what hangs on it, functions with their text. Two fresh
 * realms of one version of Node.js give the same description.
 */
export const realmPrint = `export default async (input, { host, context }) => {
  const lines = [];
  const seen = new Set();
  const describe = (value) => typeof value === 'function' ? Function.prototype.toString.call(value).length + value.name : typeof value;
  const look = (value, path) => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
    seen.add(value);
    for (const key of Reflect.ownKeys(value)) {
      const own = Reflect.getOwnPropertyDescriptor(value, key);
      const below = path + '.' + String(key);
      lines.push(below + (own.writable ? ' w' : '') + (own.configurable ? ' c' : '') + (own.enumerable ? ' e ' : ' ')
        + describe(own.value) + describe(own.get) + describe(own.set));
      for (const each of [own.value, own.get, own.set]) look(each, below);
    }
    look(Reflect.getPrototypeOf(value), path + '.[[Prototype]]');
  };
  look(globalThis, '');
  const works = [JSON.stringify([1, { a: [] }]), [3, 1, 2].sort().map(String).join(), 'a-b'.split('-').length, new Map([[1, 2]]).get(1)];
  return { lines, works, who: [await host.who(), context.get('tenant')] };
}`;

/** What {@link realmPrint} returns. */
export interface RealmPrint {
  readonly lines: readonly string[];
  readonly works: readonly unknown[];
  readonly who: readonly unknown[];
}

/** What differs between a realm and a fresh one, a sentence each. */
export function differences(print: RealmPrint, fresh: RealmPrint): string[] {
  const [here, there] = [new Set(print.lines), new Set(fresh.lines)];
  const changed = [
    ...[...here.difference(there)].map((line) => `the next job found ${line}`),
    ...[...there.difference(here)].map((line) => `the next job missed ${line}`),
  ].slice(0, 10);
  if (JSON.stringify(print.works) !== JSON.stringify(fresh.works)) {
    changed.push(`the next job computed ${JSON.stringify(print.works)}`);
  }
  return changed;
}
