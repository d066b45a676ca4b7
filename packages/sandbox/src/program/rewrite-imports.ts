import type { ImportDeclaration } from 'acorn';
import { type Scope, type Variable, analyze } from 'eslint-scope';
import { tokTypes } from 'acorn';
import { type Edit, blankDeclaration, replaceAll } from './edit-source.ts';
import {
  type ImportedModule,
  type ImportedName,
  type ModuleDraft,
  type PlacedIdentifier,
  door,
} from './module-draft.ts';
import { syntaxErrorAt } from './parse-module.ts';

// The analysis follows each name through every scope around it. What is larger is a bundle, which imports nothing.
const maxIdentifierCount = 50_000;

function importedName(specifier: ImportDeclaration['specifiers'][number]): string | undefined {
  if (specifier.type === 'ImportNamespaceSpecifier') return undefined;
  if (specifier.type === 'ImportDefaultSpecifier') return 'default';
  const { imported } = specifier;
  return imported.type === 'Identifier' ? imported.name : String(imported.value);
}

function importedModule({ imports }: ModuleDraft, specifier: string): ImportedModule {
  const known = imports.get(specifier);
  if (known !== undefined) return known;
  const made = { index: imports.size, names: new Set<string>() };
  imports.set(specifier, made);
  return made;
}

/** Notes that an export of another module must exist; gives the index of that module. */
export function requireExport(draft: ModuleDraft, { specifier, name }: ImportedName): number {
  const { index, names } = importedModule(draft, specifier);
  if (name !== undefined) names.add(name);
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

function moduleScope({ specifier, ast, tokens }: ModuleDraft): Scope | undefined {
  const identifiers = tokens.filter(({ type }) => type === tokTypes.name);
  const tooMany = identifiers[maxIdentifierCount];
  if (tooMany !== undefined) {
    const words = `a module that imports names may have ${maxIdentifierCount} identifiers`;
    throw syntaxErrorAt(specifier, words, tooMany.loc?.start);
  }
  const scopes = analyze(ast as never, {
    ecmaVersion: 2024,
    sourceType: 'module',
    // In strict code evaluated text declares nothing in the scope around it.
    ignoreEval: true,
  });
  return scopes.globalScope?.childScopes[0];
}

function referencesOf(
  { places }: ModuleDraft,
  variable: Variable,
  read: { plain: string; called: string },
): Edit[] {
  return variable.references.flatMap((reference) => {
    const identifier = reference.identifier as unknown as PlacedIdentifier;
    const { start, end, name } = identifier;
    const parent = places.get(identifier)?.parent;
    if (parent?.type === 'ExportSpecifier') return [];
    // `{ f }` and the patterns `{ f } = x` and `{ f = 1 } = x` need their key back.
    const holder = parent?.type === 'AssignmentPattern' ? places.get(parent)?.parent : parent;
    const isShorthand = holder?.type === 'Property' && holder.shorthand;
    const isCalled =
      (parent?.type === 'CallExpression' && parent.callee === identifier) ||
      (parent?.type === 'TaggedTemplateExpression' && parent.tag === identifier);
    const text = isCalled ? read.called : read.plain;
    return [{ start, end, text: isShorthand ? `${name}:${text}` : text }];
  });
}

/** Notes which modules are asked for, in the order of the source: that is the order they are evaluated in. */
export function orderImports(draft: ModuleDraft): void {
  for (const node of draft.ast.body) {
    if ('source' in node && node.source) importedModule(draft, String(node.source.value));
  }
}

function noteNames(draft: ModuleDraft, { source, specifiers }: ImportDeclaration): void {
  for (const specifier of specifiers) {
    const imported = { specifier: String(source.value), name: importedName(specifier) };
    draft.importedNames.set(specifier.local.name, imported);
  }
}

/** Takes the import declarations out and lets every use of an imported name read the live namespace. */
export function rewriteImports(draft: ModuleDraft): void {
  for (const node of draft.ast.body) {
    if (node.type !== 'ImportDeclaration') continue;
    noteNames(draft, node);
    blankDeclaration(draft, node);
  }
  if (draft.importedNames.size === 0) return;
  const variables = moduleScope(draft)?.set;
  const edits: Edit[] = [];
  for (const [local, imported] of draft.importedNames) {
    const read = readsOf(requireExport(draft, imported), imported.name);
    const variable = variables?.get(local);
    if (variable !== undefined) edits.push(...referencesOf(draft, variable, read));
  }
  replaceAll(draft, edits);
}
