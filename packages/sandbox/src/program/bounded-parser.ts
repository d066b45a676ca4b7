import { type Options, Parser, type TokenType, tokTypes } from 'acorn';

/** What acorn's parser has and its types leave out. */
interface ParserInternals {
  readonly scopeStack: { var: string[]; lexical: string[]; functions: string[] }[];
  readonly pos: number;
  enterScope(flags: number): void;
  finishToken(type: TokenType, value?: unknown): void;
  raise(at: number, message: string): never;
  regexp_groupSpecifier(state: object): void;
}

type ParserClass = Pick<typeof Parser, 'parse' | 'parseExpressionAt'> &
  (new (options: Options, input: string, startPos?: number) => Parser & ParserInternals);

// A cold thread takes a third of it. Whoever submits something larger gets as much again for each MiB.
const baseParseMs = 1_000;
const parseMsPerMiB = 1_000;
const tokensBetweenLooksCount = 256;
// Far above what people and bundlers write. Every later pass descends level by level on the stack.
const maxBracketDepth = 512;
// Fewer: a `var` is noted in, and a free name is looked for in, each of the scopes around it.
const maxScopeDepth = 100;

const { parenL, bracketL, braceL, dollarBraceL, parenR, bracketR, braceR } = tokTypes;
const opening: ReadonlySet<TokenType> = new Set([parenL, bracketL, braceL, dollarBraceL]);
const closing: ReadonlySet<TokenType> = new Set([parenR, bracketR, braceR]);

/** A list of names that knows its members: acorn looks every new name up in the lists of its scope. */
class NameList extends Array<string> {
  readonly #places = new Map<string, number>();

  override push(name: string): number {
    if (!this.#places.has(name)) this.#places.set(name, this.length);
    return super.push(name);
  }

  override indexOf(name: string): number {
    return this.#places.get(name) ?? -1;
  }
}

const AcornParser: ParserClass = Parser as unknown as ParserClass;

function refuseDepth(parser: ParserInternals, most: string): never {
  parser.raise(parser.pos, `nested too deeply (more than ${most})`);
}

/** Acorn's parser within bounds of time and depth; what goes beyond is a SyntaxError. */
export class BoundedParser extends AcornParser {
  readonly #maxMs = Math.ceil(baseParseMs + (parseMsPerMiB * this.input.length) / 2 ** 20);
  readonly #endsAt = performance.now() + this.#maxMs;
  #tokenCount = 0;
  #depth = 0;

  // The constructor above enters the first scope, before there is a private member of ours.
  override enterScope(flags: number): void {
    super.enterScope(flags);
    const scope = this.scopeStack.at(-1);
    if (scope === undefined) return;
    scope.var = new NameList();
    scope.lexical = new NameList();
    scope.functions = new NameList();
    if (this.scopeStack.length > maxScopeDepth) refuseDepth(this, `${maxScopeDepth} scopes`);
  }

  override finishToken(type: TokenType, value?: unknown): void {
    super.finishToken(type, value);
    if (opening.has(type)) this.#depth += 1;
    else if (closing.has(type)) this.#depth -= 1;
    if (this.#depth > maxBracketDepth) refuseDepth(this, `${maxBracketDepth} brackets`);
    if (++this.#tokenCount % tokensBetweenLooksCount === 0) this.#assertTime();
  }

  // A whole expression is one token, and its groups are compared with each other.
  override regexp_groupSpecifier(state: object): void {
    this.#assertTime();
    super.regexp_groupSpecifier(state);
  }

  #assertTime(): void {
    if (performance.now() <= this.#endsAt) return;
    this.raise(this.pos, `took more than ${this.#maxMs} ms to be parsed`);
  }
}
