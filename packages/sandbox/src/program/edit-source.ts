import type { AnyNode, Node, Program } from 'acorn';
import type { ModuleDraft } from './module-draft.ts';

const known = new WeakMap<Program, Map<Node, AnyNode>>();

/** Every node of a tree, with its parent. */
export function parentsOf(ast: Program): Map<Node, AnyNode> {
  const found = known.get(ast);
  if (found !== undefined) return found;
  const parents = new Map<Node, AnyNode>();
  const pending: AnyNode[] = [ast];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const child of Object.values(node) as unknown[]) {
      for (const item of Array.isArray(child) ? (child as unknown[]) : [child]) {
        if (typeof item === 'object' && item !== null && 'type' in item && 'start' in item) {
          parents.set(item as Node, node);
          pending.push(item as AnyNode);
        }
      }
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
