import type { Identifier, Node, Program as Ast } from 'acorn';
import type { Scope } from 'eslint-scope';
import type MagicString from 'magic-string';

/** What the rewriting steps share. */
export interface ModuleDraft {
  readonly source: string;
  readonly ast: Ast;
  readonly out: MagicString;
  readonly scope: Scope;
  /** Export name to the expression that reads it. */
  readonly exports: Map<string, string>;
  readonly imports: { specifier: string; names: string[] }[];
  readonly stars: string[];
}

/** The name of the one parameter of a transformed module; no guest identifier may be called so. */
export const door = '__waybill';

/** A node of the tree with its place in the source. */
export type Placed<T = Node> = T & { start: number; end: number };

/** An identifier with its place in the source. */
export type PlacedIdentifier = Placed<Identifier>;
