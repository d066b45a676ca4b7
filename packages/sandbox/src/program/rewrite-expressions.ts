import { parentsOf } from './edit-source.ts';
import { door, type ModuleDraft } from './module-draft.ts';

/**
 * Sends `import()` and `import.meta` through the door, which has them from the kit.
 *
 * @returns whether the module imports dynamically
 */
export function rewriteExpressions(draft: ModuleDraft): boolean {
  let importsDynamically = false;
  for (const node of parentsOf(draft.ast).keys()) {
    if (node.type === 'ImportExpression') {
      importsDynamically = true;
      draft.out.overwrite(node.start, node.start + 'import'.length, `${door}.dynamicImport`);
    } else if (node.type === 'MetaProperty' && draft.source.startsWith('import', node.start)) {
      draft.out.overwrite(node.start, node.end, `${door}.meta`);
    }
  }
  return importsDynamically;
}
