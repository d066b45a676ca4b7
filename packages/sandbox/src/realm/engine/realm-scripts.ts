import { type Context, Script, createContext, constants } from 'node:vm';
import { kitFilename } from '../../kit/kit-source.ts';
import type { PreparedProgram } from '../../program/prepare-program.ts';
import type { TransformedModule } from '../../program/transform-module.ts';
import { realmDoorSource } from './kit/realm-door-source.ts';
import type { RealmDoor, RealmDoorSettings } from './kit/realm-door.ts';

/** A fresh set of globals, with the kit in place. */
export interface OpenedRealm {
  readonly context: Context;
  readonly door: RealmDoor;
}

const doorScript = new Script(realmDoorSource, { filename: kitFilename });

/**
 * Makes a context with a microtask queue of its own and puts the kit into it.
 *
 * It takes no source as text: `import()` in code made by `eval` or `Function` rejects with an error of the host's realm,
 * and no hook of Node's reaches all of it (measured on 24 and 26).
 */
export function openVmContext(settings: RealmDoorSettings): OpenedRealm {
  const context = createContext(constants.DONT_CONTEXTIFY, {
    microtaskMode: 'afterEvaluate',
    codeGeneration: { strings: false, wasm: false },
  });
  const open = doorScript.runInContext(context) as (settings: string) => RealmDoor;
  return { context, door: open(JSON.stringify(settings)) };
}

// As long as somebody has the program; the code is shared by all realms of the thread.
const scripts: WeakMap<TransformedModule, Script> = new WeakMap();

function scriptOf(module: TransformedModule): Script {
  const known = scripts.get(module);
  if (known !== undefined) return known;
  const { text, shape, prefixLength } = module;
  const script = new Script(text, {
    filename: `waybill:${shape.specifier}`,
    columnOffset: -prefixLength,
  });
  scripts.set(module, script);
  return script;
}

/**
 * Makes the module functions of a program in a context that has run no guest code.
 *
 * @throws SyntaxError where the engine refuses a module
 */
export function moduleFunctions({ modules }: PreparedProgram, context: Context): unknown[] {
  return modules.map((module) => scriptOf(module).runInContext(context) as unknown);
}
