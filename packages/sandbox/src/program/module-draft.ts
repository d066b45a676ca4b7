import type { AnyNode, Identifier, Node, Program as Ast, Token } from 'acorn';
import type { MagicString } from 'magic-string';
import type { ExportShape } from '../kit/kit-types.ts';

/** Where a node stands. */
export interface Place {
  readonly parent: AnyNode;
  /** In no function, class field or static block: what it awaits, the module awaits. */
  readonly isTopLevel: boolean;
  /** In a function that has `arguments`. */
  readonly hasArguments: boolean;
}

/** What a name of the module was imported as; `name` undefined: the namespace. */
export interface ImportedName {
  readonly specifier: string;
  readonly name: string | undefined;
}

/** A module that is asked for: its place among the static imports, and the names that must exist. */
export interface ImportedModule {
  readonly index: number;
  readonly names: Set<string>;
}

/** What the rewriting steps share. */
export interface ModuleDraft {
  readonly specifier: string;
  readonly source: string;
  readonly ast: Ast;
  readonly tokens: readonly Token[];
  readonly out: MagicString;
  /** Where each node of the tree stands, but for its root. */
  readonly places: ReadonlyMap<Node, Place>;
  /** Every export; `read` is the expression that reads an own binding. */
  readonly exports: (ExportShape & { readonly read?: string })[];
  /** By specifier, in the order of the source. */
  readonly imports: Map<string, ImportedModule>;
  /** By the name they have in this module. */
  readonly importedNames: Map<string, ImportedName>;
  readonly stars: string[];
}

/** The name of the one parameter of a transformed module; no guest identifier may begin with it. */
export const door = '__waybill';

/** A node of the tree with its place in the source. */
export type Placed<T = Node> = T & { start: number; end: number };

/** An identifier with its place in the source. */
export type PlacedIdentifier = Placed<Identifier>;
