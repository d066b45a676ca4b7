import { type WaybillError, makeError } from '@waybill/protocol';
import type { Program, Token } from 'acorn';
import { BoundedParser } from './bounded-parser.ts';

const options = {
  ecmaVersion: 'latest',
  sourceType: 'module',
  locations: true,
  // The scope analysis reads places as ranges.
  ranges: true,
  allowHashBang: true,
} as const;

/** What is wrong with a module, and where in it. */
export function syntaxErrorAt(
  specifier: string,
  message: string,
  loc: { line: number; column: number } | null | undefined,
): WaybillError {
  const line = loc?.line ?? 1;
  const column = (loc?.column ?? 0) + 1;
  return makeError('ERR_WAYBILL_GUEST_SYNTAX', `${specifier}:${line}:${column}: ${message}`, {
    details: { module: specifier, line, column },
  });
}

/**
 * What a parser or a walk over its tree threw, as an error of ours.
 *
 * @throws the error itself where it says nothing about the source
 */
export function syntaxErrorFrom(specifier: string, error: unknown): WaybillError {
  if (error instanceof RangeError) {
    return makeError('ERR_WAYBILL_GUEST_SYNTAX', `${specifier}: nested too deeply to be parsed`, {
      details: { module: specifier },
    });
  }
  if (!(error instanceof SyntaxError)) throw error;
  const { loc } = error as SyntaxError & { loc?: { line: number; column: number } };
  return syntaxErrorAt(specifier, error.message.replace(/ \(\d+:\d+\)$/, ''), loc);
}

/**
 * Parses a module.
 *
 * @throws SyntaxError with the place as `loc`; also for what is nested too deeply or takes too long
 */
export function parseModule(source: string): { ast: Program; tokens: Token[] } {
  const tokens: Token[] = [];
  const ast = BoundedParser.parse(source, { ...options, onToken: tokens });
  return { ast, tokens };
}

/**
 * Checks that a source is one expression (`await` allowed) and nothing after it.
 *
 * @throws a `GuestError` `ERR_WAYBILL_GUEST_SYNTAX`
 */
export function assertExpression(specifier: string, source: string): void {
  try {
    // In brackets, so that an object literal is one and what follows the expression is an error.
    const wrapped = `(${source}\n)`;
    const node = BoundedParser.parseExpressionAt(wrapped, 0, {
      ...options,
      allowAwaitOutsideFunction: true,
      preserveParens: true,
    });
    if (node.type === 'ParenthesizedExpression' && node.end === wrapped.length) return;
    const lines = wrapped.slice(0, node.end).split('\n');
    const loc = { line: lines.length, column: lines.at(-1)?.length ?? 0 };
    throw Object.assign(new SyntaxError('expected one expression'), { loc });
  } catch (error) {
    throw syntaxErrorFrom(specifier, error);
  }
}
