import { makeError } from '@waybill/protocol';
import { type Program, parse, parseExpressionAt } from 'acorn';

const options = {
  ecmaVersion: 'latest',
  sourceType: 'module',
  locations: true,
  // The scope analysis reads places as ranges.
  ranges: true,
  allowHashBang: true,
} as const;

function syntaxError(specifier: string, error: unknown): Error {
  if (error instanceof RangeError) {
    return makeError('ERR_WAYBILL_GUEST_SYNTAX', `${specifier}: nested too deeply to be parsed`, {
      details: { module: specifier },
    });
  }
  if (!(error instanceof SyntaxError)) throw error;
  const { loc } = error as SyntaxError & { loc?: { line: number; column: number } };
  const message = error.message.replace(/ \(\d+:\d+\)$/, '');
  const line = loc?.line ?? 1;
  const column = (loc?.column ?? 0) + 1;
  return makeError('ERR_WAYBILL_GUEST_SYNTAX', `${specifier}:${line}:${column}: ${message}`, {
    details: { module: specifier, line, column },
  });
}

/**
 * Parses a module.
 *
 * @throws a `GuestError` `ERR_WAYBILL_GUEST_SYNTAX` with module, line and column (1-based) in its details
 */
export function parseModule(specifier: string, source: string): Program {
  try {
    return parse(source, options);
  } catch (error) {
    throw syntaxError(specifier, error);
  }
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
    const node = parseExpressionAt(wrapped, 0, { ...options, allowAwaitOutsideFunction: true });
    if (wrapped.slice(node.end).trim() !== '' || node.start !== 1) {
      const rest = wrapped.slice(0, node.end).split('\n');
      const where = { line: rest.length, column: (rest.at(-1)?.length ?? 0) + 1 };
      if (!/^\s*\)\s*$/.test(wrapped.slice(node.end))) {
        throw Object.assign(new SyntaxError('expected one expression'), { loc: where });
      }
    }
  } catch (error) {
    throw syntaxError(specifier, error);
  }
}
