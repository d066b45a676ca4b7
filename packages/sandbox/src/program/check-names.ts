import type { AnyNode, Identifier, Node } from 'acorn';
import { door, type ModuleDraft } from './module-draft.ts';
import { syntaxErrorAt } from './parse-module.ts';

// Modules have no HTML-like comments, and the engine refuses what looks like one. Scripts have them, and a
// transformed module is compiled as a script: a guest could comment out the end of its own wrapper. The closing one
// needs no look: it counts at the start of a line only, where no module that could be parsed has `-->`.
function checkHtmlComments({ specifier, source, tokens }: ModuleDraft): void {
  if (!source.includes('<!--')) return;
  for (const { start, end, loc } of tokens) {
    if (end === start + 1 && source.startsWith('<!--', start)) {
      throw syntaxErrorAt(specifier, 'HTML comments are not allowed in modules', loc?.start);
    }
  }
}

// Neither a label nor the name of a member, an import or an export.
function isReference(node: Node, parent: AnyNode): boolean {
  switch (parent.type) {
    case 'MemberExpression':
      return parent.computed || parent.object === node;
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return parent.computed || parent.value === node;
    case 'LabeledStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'ImportSpecifier':
    case 'ExportSpecifier':
    case 'ExportAllDeclaration':
      return false;
    default:
      return true;
  }
}

/**
 * Refuses what would mean something else in a function than in a module: the name of the function's own parameter,
 * `arguments` outside a function of the guest's, and HTML-like comments.
 *
 * @throws a `GuestError` `ERR_WAYBILL_GUEST_SYNTAX`
 */
export function checkNames(draft: ModuleDraft): void {
  checkHtmlComments(draft);
  const refuse = (node: Node, message: string): never => {
    throw syntaxErrorAt(draft.specifier, message, node.loc?.start);
  };
  for (const [node, { parent, hasArguments }] of draft.places) {
    if (node.type === 'Identifier') {
      const { name } = node as Identifier;
      if (name.startsWith(door)) refuse(node, `names that begin with ${door} are reserved`);
      if (name === 'arguments' && !hasArguments && isReference(node, parent)) {
        refuse(node, 'there are no arguments outside a function');
      }
    }
    if ('attributes' in node && (node.attributes as Node[]).length > 0) {
      refuse(node, 'import attributes are not supported');
    }
  }
}
