/**
 * What programs that look for a way out have in common. `world(value, how)` notes a global object that is not the
 * guest's own, or that has something of the host; `maker(fn, how)` tries a function that may make functions of another realm;
 * `hunt(value, how)` tries all that its prototypes and constructors lead to; `has(value, how)` notes any value that is there.
 */
export const huntText: string = `
const found = [];
const note = (what, how) => { if (found.length < 50) found.push(how + ': ' + what) };
const has = (value, how) => { if (value !== undefined && value !== null) note(typeof value, how) };
const world = (value, how) => {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
  for (const name of ['process', 'require', 'module', 'Buffer', 'setImmediate', '__dirname'])
    try { if (value[name] !== undefined) note(name, how) } catch {}
  try { if (typeof value.Object === 'function' && value.Object !== Object) note('another realm', how) } catch {}
};
const maker = (fn, how) => {
  if (typeof fn !== 'function') return;
  for (const text of ['return this', 'return globalThis', 'return process'])
    try { const made = fn(text); if (typeof made === 'function') world(made(), how) } catch {}
};
const hunt = (value, how) => {
  let each = value;
  for (let depth = 0; depth < 8 && each !== null && each !== undefined; depth++) {
    try { maker(each.constructor, how) } catch {}
    try { maker(each.constructor.constructor, how) } catch {}
    try { each = Object.getPrototypeOf(each) } catch { return }
  }
};
`;

/** A guest that looks for a way out with this body and returns the list of what it found. */
export function hunter(body: string, top = ''): string {
  return `${huntText}${top}
export default async (input, { host, context, signal, log }) => {
${body}
return found;
}`;
}
