import type { Identifier, Node } from 'acorn';
import { parentsOf } from './edit-source.ts';
import { door, type ModuleDraft } from './module-draft.ts';
import { syntaxErrorAt } from './parse-module.ts';

/**
 * Refuses what would mean something else in a function than in a module: the name of the function's own parameter,
 * and `arguments` outside a function of the guest's.
 *
 * @throws a `GuestError` `ERR_WAYBILL_GUEST_SYNTAX`
 */
export function checkNames(draft: ModuleDraft): void {
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
