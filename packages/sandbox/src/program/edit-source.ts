import type { AnyNode, Node, Program } from 'acorn';
import type { ModuleDraft } from './module-draft.ts';

const known = new WeakMap<Program, Map<Node, AnyNode>>();

function childrenOf(node: AnyNode): AnyNode[] {
  return (Object.values(node) as unknown[])
    .flat()
    .filter(
      (item) => typeof item === 'object' && item !== null && 'type' in item && 'start' in item,
    )
    .map((item) => item as AnyNode);
}

/** Every node of a tree, with its parent. */
export function parentsOf(ast: Program): Map<Node, AnyNode> {
  const found = known.get(ast);
  if (found !== undefined) return found;
  const parents = new Map<Node, AnyNode>();
  const pending: AnyNode[] = [ast];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const child of childrenOf(node)) {
      parents.set(child, node);
      pending.push(child);
    }
  }
  known.set(ast, parents);
  return parents;
}

/** Takes a stretch of source out and keeps its line breaks, so that later lines keep their numbers. */
export function blank(draft: ModuleDraft, start: number, end: number): void {
  if (end <= start) return;
  const lines = draft.source.slice(start, end).replace(/[^\n]/g, '');
  if (lines === '') draft.out.remove(start, end);
  else draft.out.overwrite(start, end, lines);
}

/** Takes a whole declaration out. It ended the statement before it, and so does what is left of it. */
export function blankDeclaration(draft: ModuleDraft, node: Node): void {
  const lines = draft.source.slice(node.start, node.end).replace(/[^\n]/g, '');
  draft.out.overwrite(node.start, node.end, `;${lines}`);
}
