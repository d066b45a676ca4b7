import type { Identifier, Node, Program as Ast, Token } from 'acorn';
import type { Scope } from 'eslint-scope';
import type { MagicString } from 'magic-string';
import type { ExportShape } from '../kit/kit-types.ts';

/** What the rewriting steps share. */
export interface ModuleDraft {
  readonly specifier: string;
  readonly source: string;
  readonly ast: Ast;
  readonly tokens: readonly Token[];
  readonly out: MagicString;
  readonly scope: Scope;
  /** Every export; `read` is the expression that reads an own binding. */
  readonly exports: (ExportShape & { readonly read?: string })[];
  readonly imports: { specifier: string; names: string[] }[];
  readonly stars: string[];
}

/** The name of the one parameter of a transformed module; no guest identifier may begin with it. */
export const door = '__waybill';

/** A node of the tree with its place in the source. */
export type Placed<T = Node> = T & { start: number; end: number };

/** An identifier with its place in the source. */
export type PlacedIdentifier = Placed<Identifier>;
