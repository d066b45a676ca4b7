import type {
  ExportAllDeclaration,
  ExportDefaultDeclaration,
  ExportNamedDeclaration,
  Identifier,
  Literal,
  Pattern,
} from 'acorn';
import { blank } from './edit-source.ts';
import { importIndex, readImport, readLocal } from './rewrite-imports.ts';
import { door, type ModuleDraft, type Placed } from './module-draft.ts';

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

function rewriteNamed(draft: ModuleDraft, node: Placed<ExportNamedDeclaration>): void {
  const { declaration, source } = node;
  if (declaration) {
    const names =
      declaration.type === 'VariableDeclaration'
        ? declaration.declarations.flatMap((declarator) => boundNames(declarator.id))
        : [declaration.id.name];
    for (const name of names) draft.exports.set(name, name);
    blank(draft, node.start, declaration.start);
    return;
  }
  if (source) importIndex(draft, String(source.value));
  for (const specifier of node.specifiers) {
    const local = nameOf(specifier.local);
    const read = source ? readImport(draft, String(source.value), local) : readLocal(draft, local);
    draft.exports.set(nameOf(specifier.exported), read);
  }
  blank(draft, node.start, node.end);
}

const defaultName = `${door}Default`;

function rewriteDefault(draft: ModuleDraft, node: Placed<ExportDefaultDeclaration>): void {
  const { declaration } = node;
  const hoisted =
    declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration';
  if (hoisted && declaration.id) {
    draft.exports.set('default', declaration.id.name);
    blank(draft, node.start, declaration.start);
    return;
  }
  draft.exports.set('default', defaultName);
  if (declaration.type === 'FunctionDeclaration') {
    // An anonymous function declaration is hoisted like a named one: it only lacks the name.
    blank(draft, node.start, declaration.start);
    const star = draft.source.slice(
      declaration.start,
      declaration.params[0]?.start ?? declaration.body.start,
    );
    draft.out.appendLeft(declaration.start + star.indexOf('('), ` ${defaultName}`);
    return;
  }
  // An object's key gives an anonymous function or class the name that the language says: default.
  blank(draft, node.start, declaration.start);
  draft.out.appendLeft(declaration.start, `const ${defaultName}={default:(`);
  draft.out.appendRight(declaration.end, ')}.default;');
}

function rewriteAll(draft: ModuleDraft, node: Placed<ExportAllDeclaration>): void {
  const from = String(node.source.value);
  if (node.exported) draft.exports.set(nameOf(node.exported), readImport(draft, from, undefined));
  else {
    importIndex(draft, from);
    draft.stars.push(from);
  }
  blank(draft, node.start, node.end);
}

/** Takes the export keywords out and notes what is exported under which name. */
export function rewriteExports(draft: ModuleDraft): void {
  for (const node of draft.ast.body) {
    if (node.type === 'ExportNamedDeclaration') rewriteNamed(draft, node);
    else if (node.type === 'ExportDefaultDeclaration') rewriteDefault(draft, node);
    else if (node.type === 'ExportAllDeclaration') rewriteAll(draft, node);
  }
}
