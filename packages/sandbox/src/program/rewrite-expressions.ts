import type { AnyNode } from 'acorn';
import { type Edit, replaceAll } from './edit-source.ts';
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

/** Sends `import()` and `import.meta` through the door, which has them from the kit. */
export function rewriteExpressions(draft: ModuleDraft): ModuleTraits {
  let importsDynamically = false;
  let awaits = false;
  const edits: Edit[] = [];
  for (const [key, { isTopLevel }] of draft.places) {
    const node = key as AnyNode;
    const { start } = node;
    if (node.type === 'ImportExpression') {
      importsDynamically = true;
      edits.push({ start, end: start + 'import'.length, text: `${door}.dynamicImport` });
    } else if (node.type === 'MetaProperty' && node.meta.name === 'import') {
      edits.push({ start, end: node.end, text: `${door}.meta` });
    }
    awaits ||= isTopLevel && isAwaiting(node);
  }
  replaceAll(draft, edits);
  return { importsDynamically, awaits };
}
