import type { AnyNode, Node, Program } from 'acorn';
import type { ModuleDraft, Place } from './module-draft.ts';

function childrenOf(node: AnyNode): AnyNode[] {
  return (Object.values(node) as unknown[])
    .flat()
    .filter(
      (item) => typeof item === 'object' && item !== null && 'type' in item && 'start' in item,
    )
    .map((item) => item as AnyNode);
}

function placeIn(parent: AnyNode, child: AnyNode, above: Place | undefined): Place {
  const { isTopLevel, hasArguments } = above ?? { isTopLevel: true, hasArguments: false };
  switch (parent.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
      return { parent, isTopLevel: false, hasArguments: true };
    case 'ArrowFunctionExpression':
    case 'StaticBlock':
      return { parent, isTopLevel: false, hasArguments };
    case 'PropertyDefinition':
      // Its computed key is evaluated where the class is.
      return { parent, isTopLevel: isTopLevel && child !== parent.value, hasArguments };
    default:
      return { parent, isTopLevel, hasArguments };
  }
}

/** Every node of a tree but its root, with its place. */
export function placesOf(ast: Program): Map<Node, Place> {
  const places = new Map<Node, Place>();
  const pending: AnyNode[] = [ast];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const above = places.get(node);
    for (const child of childrenOf(node)) {
      places.set(child, placeIn(node, child, above));
      pending.push(child);
    }
  }
  return places;
}

/** A stretch of source and what stands there instead. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Makes edits from the front to the back: each is looked for from where the one before it was. */
export function replaceAll(draft: ModuleDraft, edits: readonly Edit[]): void {
  for (const { start, end, text } of edits.toSorted((left, right) => left.start - right.start)) {
    draft.out.overwrite(start, end, text);
  }
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
