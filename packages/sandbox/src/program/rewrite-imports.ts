import type { ImportDeclaration } from 'acorn';
import type { Variable } from 'eslint-scope';
import { door, type ModuleDraft, type Placed, type PlacedIdentifier } from './module-draft.ts';
import { blankDeclaration, parentsOf } from './edit-source.ts';

/** What a name of the module was imported as; `name` undefined: the namespace. */
export interface ImportedName {
  readonly specifier: string;
  readonly name: string | undefined;
}

function importedName(specifier: ImportDeclaration['specifiers'][number]): string | undefined {
  if (specifier.type === 'ImportNamespaceSpecifier') return undefined;
  if (specifier.type === 'ImportDefaultSpecifier') return 'default';
  const { imported } = specifier;
  return imported.type === 'Identifier' ? imported.name : String(imported.value);
}

/** Index of a specifier among the module's static imports, adding it where it is new. */
function importIndex(draft: ModuleDraft, specifier: string): number {
  const found = draft.imports.findIndex((entry) => entry.specifier === specifier);
  if (found >= 0) return found;
  return draft.imports.push({ specifier, names: [] }) - 1;
}

/** Notes that an export of another module must exist; gives the index of that module. */
export function requireExport(draft: ModuleDraft, { specifier, name }: ImportedName): number {
  const index = importIndex(draft, specifier);
  const names = draft.imports[index]?.names;
  if (name !== undefined && names?.includes(name) === false) names.push(name);
  return index;
}

function readsOf(index: number, name: string | undefined): { plain: string; called: string } {
  const namespace = `${door}.imports[${index}]`;
  if (name === undefined) return { plain: namespace, called: namespace };
  const key = JSON.stringify(name);
  // A call of it must not pass the namespace as `this`. No bracket may come first: it would go on with the
  // statement before, where that has no semicolon.
  return { plain: `${namespace}[${key}]`, called: `${door}.read(${index},${key})` };
}

function replaceReferences(
  draft: ModuleDraft,
  variable: Variable,
  read: { plain: string; called: string },
): void {
  const parents = parentsOf(draft.ast);
  for (const reference of variable.references) {
    const identifier = reference.identifier as unknown as PlacedIdentifier;
    const { start, end, name } = identifier;
    const parent = parents.get(identifier);
    // `{ f }` and the patterns `{ f } = x` and `{ f = 1 } = x` need their key back.
    const holder = parent?.type === 'AssignmentPattern' ? parents.get(parent) : parent;
    const isShorthand = holder?.type === 'Property' && holder.shorthand;
    const isCalled =
      (parent?.type === 'CallExpression' && parent.callee === identifier) ||
      (parent?.type === 'TaggedTemplateExpression' && parent.tag === identifier);
    if (parent?.type === 'ExportSpecifier') continue;
    const text = isCalled ? read.called : read.plain;
    draft.out.overwrite(start, end, isShorthand ? `${name}:${text}` : text);
  }
}

/** Notes which modules are asked for, in the order of the source: that is the order they are evaluated in. */
export function orderImports(draft: ModuleDraft): void {
  for (const node of draft.ast.body) {
    if ('source' in node && node.source) importIndex(draft, String(node.source.value));
  }
}

/** Takes the import declarations out and lets every use of an imported name read the live namespace. */
export function rewriteImports(draft: ModuleDraft): void {
  for (const node of draft.ast.body) {
    if (node.type !== 'ImportDeclaration') continue;
    const declaration = node as Placed<ImportDeclaration>;
    const from = String(declaration.source.value);
    for (const specifier of declaration.specifiers) {
      const name = importedName(specifier);
      const index = requireExport(draft, { specifier: from, name });
      const variable = draft.scope.set.get(specifier.local.name);
      if (variable !== undefined) replaceReferences(draft, variable, readsOf(index, name));
    }
    blankDeclaration(draft, declaration);
  }
}

/** What a name of the module was imported as, if it was: `export { x }` of an imported x re-exports it. */
export function importOf(draft: ModuleDraft, local: string): ImportedName | undefined {
  for (const node of draft.ast.body) {
    if (node.type !== 'ImportDeclaration') continue;
    const found = node.specifiers.find((specifier) => specifier.local.name === local);
    if (found !== undefined) {
      return { specifier: String(node.source.value), name: importedName(found) };
    }
  }
  return undefined;
}
