import type { ImportDeclaration } from 'acorn';
import type { Variable } from 'eslint-scope';
import { door, type ModuleDraft, type Placed, type PlacedIdentifier } from './module-draft.ts';
import { blank, parentsOf } from './edit-source.ts';

function importedName(specifier: ImportDeclaration['specifiers'][number]): string | undefined {
  switch (specifier.type) {
    case 'ImportNamespaceSpecifier':
      return undefined;
    case 'ImportDefaultSpecifier':
      return 'default';
    case 'ImportSpecifier': {
      const { imported } = specifier;
      return imported.type === 'Identifier' ? imported.name : String(imported.value);
    }
  }
}

// `f()` of an imported f must not pass the namespace as `this`, hence the comma; `{ f }` needs its key back.
function replaceReferences(draft: ModuleDraft, variable: Variable, read: string): void {
  const parents = parentsOf(draft.ast);
  for (const reference of variable.references) {
    const identifier = reference.identifier as unknown as PlacedIdentifier;
    const parent = parents.get(identifier);
    if (parent?.type === 'Property' && parent.shorthand) {
      draft.out.overwrite(identifier.start, identifier.end, `${identifier.name}:${read}`);
    } else if (parent?.type === 'ExportSpecifier') {
      continue;
    } else {
      const called =
        (parent?.type === 'CallExpression' && parent.callee === identifier) ||
        (parent?.type === 'TaggedTemplateExpression' && parent.tag === identifier);
      draft.out.overwrite(identifier.start, identifier.end, called ? `(0,${read})` : read);
    }
  }
}

/** Index of a specifier among the module's static imports, adding it where it is new. */
export function importIndex(draft: ModuleDraft, specifier: string): number {
  const found = draft.imports.findIndex((entry) => entry.specifier === specifier);
  if (found >= 0) return found;
  return draft.imports.push({ specifier, names: [] }) - 1;
}

/** Text that reads one export of a static import. */
export function readImport(
  draft: ModuleDraft,
  specifier: string,
  name: string | undefined,
): string {
  const index = importIndex(draft, specifier);
  if (name === undefined) return `${door}.imports[${index}]`;
  const entry = draft.imports[index];
  if (entry !== undefined && !entry.names.includes(name)) entry.names.push(name);
  return `${door}.imports[${index}][${JSON.stringify(name)}]`;
}

/** Takes the import declarations out and lets every use of an imported name read the live namespace. */
export function rewriteImports(draft: ModuleDraft): void {
  for (const node of draft.ast.body) {
    if (node.type !== 'ImportDeclaration') continue;
    const declaration = node as Placed<ImportDeclaration>;
    const from = String(declaration.source.value);
    importIndex(draft, from);
    for (const specifier of declaration.specifiers) {
      const read = readImport(draft, from, importedName(specifier));
      const variable = draft.scope.set.get(specifier.local.name);
      if (variable !== undefined) replaceReferences(draft, variable, read);
    }
    blank(draft, declaration.start, declaration.end);
  }
}

/** The text that reads a name which may be imported: `export { x }` of an imported x re-exports it. */
export function readLocal(draft: ModuleDraft, name: string): string {
  for (const node of draft.ast.body) {
    if (node.type !== 'ImportDeclaration') continue;
    for (const specifier of node.specifiers) {
      if (specifier.local.name === name) {
        return readImport(draft, String(node.source.value), importedName(specifier));
      }
    }
  }
  return name;
}
