import type { AnyNode, Node } from 'acorn';
import { parentsOf } from './edit-source.ts';
import { door, type ModuleDraft } from './module-draft.ts';

/** What a module's expressions say about how it runs. */
export interface ModuleTraits {
  /** Uses `import()`, so that any module of the map may be needed. */
  readonly importsDynamically: boolean;
  /** Awaits at its top level. */
  readonly awaits: boolean;
}

function isAwaiting(node: AnyNode): boolean {
  switch (node.type) {
    case 'AwaitExpression':
      return true;
    case 'ForOfStatement':
      return node.await;
    case 'VariableDeclaration':
      return node.kind === 'await using';
    default:
      return false;
  }
}

function isTopLevel(node: Node, parents: ReadonlyMap<Node, AnyNode>): boolean {
  for (let above = parents.get(node); above !== undefined; above = parents.get(above)) {
    if (/Function|StaticBlock|PropertyDefinition/.test(above.type)) return false;
  }
  return true;
}

/** Sends `import()` and `import.meta` through the door, which has them from the kit. */
export function rewriteExpressions(draft: ModuleDraft): ModuleTraits {
  let importsDynamically = false;
  let awaits = false;
  const parents = parentsOf(draft.ast);
  for (const key of parents.keys()) {
    const node = key as AnyNode;
    if (node.type === 'ImportExpression') {
      importsDynamically = true;
      draft.out.overwrite(node.start, node.start + 'import'.length, `${door}.dynamicImport`);
    } else if (node.type === 'MetaProperty' && node.meta.name === 'import') {
      draft.out.overwrite(node.start, node.end, `${door}.meta`);
    }
    awaits ||= isAwaiting(node) && isTopLevel(node, parents);
  }
  return { importsDynamically, awaits };
}
