import { analyze } from 'eslint-scope';
import MagicString from 'magic-string';
import type { ModuleShape } from '../kit/kit-types.ts';
import { separateHtmlComments } from './html-comments.ts';
import { type ModuleDraft, door } from './module-draft.ts';
import { rewriteExports } from './rewrite-exports.ts';
import { rewriteImports } from './rewrite-imports.ts';
import { rewriteExpressions } from './rewrite-expressions.ts';
import { parseModule } from './parse-module.ts';

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

/**
 * Turns an ES module into the text of an async generator function that does the same: imports become reads of
 * live namespaces, exports become getters, `import()` and `import.meta` go through the door. Lines stay where they
 * are, so that stacks point at the guest's own source.
 *
 * @throws a `GuestError` `ERR_WAYBILL_GUEST_SYNTAX` with line and column
 */
export function transformModule(specifier: string, source: string): TransformedModule {
  const ast = parseModule(specifier, source);
  const scopes = analyze(ast as never, { ecmaVersion: 2024, sourceType: 'module' });
  const scope = scopes.globalScope?.childScopes[0];
  if (scope === undefined) throw new TypeError('a parsed module has a module scope');
  const out = new MagicString(source);
  const draft: ModuleDraft = {
    source,
    ast,
    out,
    scope,
    exports: new Map(),
    imports: [],
    stars: [],
  };
  rewriteImports(draft);
  rewriteExports(draft);
  const importsDynamically = rewriteExpressions(draft);
  separateHtmlComments(source, out);
  const getters = [...draft.exports].map(([name, read]) => `${JSON.stringify(name)}:()=>${read}`);
  const prefix = `(async function*(${door}){'use strict';${door}.exports({${getters.join(',')}});yield;`;
  return {
    shape: {
      specifier,
      exportNames: [...draft.exports.keys()],
      imports: draft.imports,
      stars: draft.stars,
    },
    text: `${prefix}${out.toString()}\n})`,
    prefixLength: prefix.length,
    importsDynamically,
  };
}
