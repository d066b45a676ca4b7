import { MagicString } from 'magic-string';
import type { ModuleShape } from '../kit/kit-types.ts';
import { checkNames } from './check-names.ts';
import { placesOf } from './edit-source.ts';
import { type ModuleDraft, door } from './module-draft.ts';
import { parseModule, syntaxErrorFrom } from './parse-module.ts';
import { defaultName, rewriteExports } from './rewrite-exports.ts';
import { type ModuleTraits, rewriteExpressions } from './rewrite-expressions.ts';
import { orderImports, rewriteImports } from './rewrite-imports.ts';

/** One module of a program, ready to be compiled as a script. */
export interface TransformedModule {
  readonly shape: ModuleShape;
  /** The text of one function expression; evaluating it runs nothing of the guest's. */
  readonly text: string;
  /** Characters that `text` has before the module's own first line starts. */
  readonly prefixLength: number;
  /** Whether the module uses `import()`, so that any module of the map may be needed. */
  readonly importsDynamically: boolean;
}

function draftOf(specifier: string, source: string): ModuleDraft {
  const { ast, tokens } = parseModule(source);
  return {
    specifier,
    source,
    ast,
    tokens,
    places: placesOf(ast),
    out: new MagicString(source),
    exports: [],
    imports: new Map(),
    importedNames: new Map(),
    stars: [],
  };
}

// Before the first `yield` the functions of the module exist, as they do in an instantiated module, and no more.
function wrap(
  draft: ModuleDraft,
  { awaits }: ModuleTraits,
): { text: string; prefixLength: number } {
  // Computed keys: `__proto__` is a fine name for an export.
  const getters = draft.exports
    .filter(({ read }) => read !== undefined)
    .map(({ name, read }) => `[${JSON.stringify(name)}]:()=>${read}`);
  const anonymous = draft.ast.body.some(
    (node) =>
      node.type === 'ExportDefaultDeclaration' &&
      node.declaration.type === 'FunctionDeclaration' &&
      !node.declaration.id,
  );
  const naming = anonymous ? `${door}.nameDefault(${defaultName});` : '';
  const prefix = `(${awaits ? 'async ' : ''}function*(${door}){'use strict';${door}.exports({${getters.join(',')}});${naming}yield;`;
  return {
    text: `${prefix}${draft.out.toString()}\n})`,
    prefixLength: prefix.length,
  };
}

function shapeOf(draft: ModuleDraft, { awaits }: ModuleTraits): ModuleShape {
  const { specifier, stars } = draft;
  const imports = [...draft.imports].map(([from, { names }]) => ({
    specifier: from,
    names: [...names],
  }));
  const exports = draft.exports.map(({ name, from }) =>
    from === undefined ? { name } : { name, from },
  );
  return { specifier, exports, imports, stars, awaits };
}

/**
 * Turns an ES module into the text of a generator function (async where it awaits) that does the same: imports become reads of
 * live namespaces, exports become getters, `import()` and `import.meta` go through the door. Lines stay where they
 * are, so that stacks point at the guest's own source.
 *
 * @throws a `GuestError` `ERR_WAYBILL_GUEST_SYNTAX` with line and column
 */
export function transformModule(specifier: string, source: string): TransformedModule {
  try {
    const draft = draftOf(specifier, source);
    checkNames(draft);
    orderImports(draft);
    rewriteImports(draft);
    rewriteExports(draft);
    const traits = rewriteExpressions(draft);
    if (source.startsWith('#!')) draft.out.overwrite(0, 2, '//');
    const { importsDynamically } = traits;
    return { shape: shapeOf(draft, traits), importsDynamically, ...wrap(draft, traits) };
  } catch (error) {
    throw syntaxErrorFrom(specifier, error);
  }
}
