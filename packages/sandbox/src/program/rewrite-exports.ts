import type {
  ExportAllDeclaration,
  ExportDefaultDeclaration,
  ExportNamedDeclaration,
  Identifier,
  Literal,
  Pattern,
} from 'acorn';
import { blank, blankDeclaration } from './edit-source.ts';
import { type ImportedName, type ModuleDraft, type Placed, door } from './module-draft.ts';
import { requireExport } from './rewrite-imports.ts';

/** The name of a default export that has none of its own. */
export const defaultName: string = `${door}Default`;

const nameOf = (node: Identifier | Literal): string =>
  node.type === 'Identifier' ? node.name : String(node.value);

function boundNames(pattern: Pattern): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        boundNames(property.type === 'RestElement' ? property.argument : property.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element === null ? [] : boundNames(element)));
    case 'RestElement':
      return boundNames(pattern.argument);
    case 'AssignmentPattern':
      return boundNames(pattern.left);
    default:
      return [];
  }
}

function addOwn(draft: ModuleDraft, name: string, read: string): void {
  draft.exports.push({ name, read });
}

function addFrom(draft: ModuleDraft, name: string, from: ImportedName): void {
  requireExport(draft, from);
  const { specifier } = from;
  draft.exports.push({
    name,
    from: from.name === undefined ? { specifier } : { specifier, name: from.name },
  });
}

function rewriteNamed(draft: ModuleDraft, node: Placed<ExportNamedDeclaration>): void {
  const { declaration, source } = node;
  if (declaration) {
    const names =
      declaration.type === 'VariableDeclaration'
        ? declaration.declarations.flatMap((declarator) => boundNames(declarator.id))
        : [declaration.id.name];
    for (const name of names) addOwn(draft, name, name);
    blank(draft, node.start, declaration.start);
    return;
  }
  for (const specifier of node.specifiers) {
    const local = nameOf(specifier.local);
    const name = nameOf(specifier.exported);
    const from = source
      ? { specifier: String(source.value), name: local }
      : draft.importedNames.get(local);
    if (from === undefined) addOwn(draft, name, local);
    else addFrom(draft, name, from);
  }
  blankDeclaration(draft, node);
}

function rewriteDefault(draft: ModuleDraft, node: Placed<ExportDefaultDeclaration>): void {
  const { declaration } = node;
  const [, keyword] = draft.tokens.filter(({ start }) => start >= node.start && start < node.end);
  const afterKeywords = keyword?.end ?? node.start;
  const isDeclaration =
    declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration';
  if (isDeclaration && declaration.id) {
    addOwn(draft, 'default', declaration.id.name);
    blank(draft, node.start, declaration.start);
    return;
  }
  addOwn(draft, 'default', defaultName);
  if (declaration.type === 'FunctionDeclaration') {
    // An anonymous function declaration is hoisted like a named one: it only lacks the name.
    blank(draft, node.start, declaration.start);
    const bracket = draft.tokens.find(
      ({ start, type }) => start >= declaration.start && type.label === '(',
    );
    draft.out.appendLeft(bracket?.start ?? declaration.start, ` ${defaultName}`);
    return;
  }
  // An object's key gives an anonymous function or class the name that the language says: default.
  blank(draft, node.start, afterKeywords);
  draft.out.appendLeft(afterKeywords, `const ${defaultName}={default:(`);
  const end = draft.source.endsWith(';', node.end) ? node.end - 1 : node.end;
  draft.out.appendRight(end, ')}.default;');
}

function rewriteAll(draft: ModuleDraft, node: Placed<ExportAllDeclaration>): void {
  const specifier = String(node.source.value);
  if (node.exported) addFrom(draft, nameOf(node.exported), { specifier, name: undefined });
  else draft.stars.push(specifier);
  blankDeclaration(draft, node);
}

/** Takes the export keywords out and notes what is exported under which name. */
export function rewriteExports(draft: ModuleDraft): void {
  for (const node of draft.ast.body) {
    if (node.type === 'ExportNamedDeclaration') rewriteNamed(draft, node);
    else if (node.type === 'ExportDefaultDeclaration') rewriteDefault(draft, node);
    else if (node.type === 'ExportAllDeclaration') rewriteAll(draft, node);
  }
}
