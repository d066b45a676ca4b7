import type { Identifier, Node } from 'acorn';
import { parentsOf } from './edit-source.ts';
import { door, type ModuleDraft } from './module-draft.ts';
import { syntaxErrorAt } from './parse-module.ts';

// Modules have no HTML-like comments, and the engine refuses what looks like one. Scripts have them, and a
// transformed module is compiled as a script: a guest could comment out the end of its own wrapper.
function checkHtmlComments({ specifier, source, tokens }: ModuleDraft): void {
  if (!source.includes('<!--') && !source.includes('-->')) return;
  for (const { start, end, loc } of tokens) {
    const opens = source.startsWith('<!--', start) && end === start + 1;
    const closes = source.startsWith('-->', start) && end === start + 2;
    const isFirst = source.slice(0, start).replace(/.*\n/s, '').trim() === '';
    if (opens || (closes && isFirst)) {
      throw syntaxErrorAt(specifier, 'HTML comments are not allowed in modules', loc?.start);
    }
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
  for (const node of parentsOf(draft.ast).keys()) {
    if (node.type === 'Identifier' && (node as Identifier).name.startsWith(door)) {
      refuse(node, `names that begin with ${door} are reserved`);
    }
    if ('attributes' in node && (node.attributes as Node[]).length > 0) {
      refuse(node, 'import attributes are not supported');
    }
  }
  for (const { identifier } of draft.scope.through) {
    if (identifier.name === 'arguments') {
      refuse(identifier as unknown as Node, 'there are no arguments outside a function');
    }
  }
}
