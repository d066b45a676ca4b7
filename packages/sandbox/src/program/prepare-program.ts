import { createHash } from 'node:crypto';
import { makeError, type Program } from '@waybill/protocol';
import { resolveSpecifier } from '../kit/resolve-specifier.ts';
import { assertExpression } from './parse-module.ts';
import { type TransformedModule, transformModule } from './transform-module.ts';

/** A program whose modules are parsed, checked and transformed; the main module comes first. */
export interface PreparedProgram {
  /** SHA-256 of everything that decides what runs. */
  readonly hash: string;
  readonly modules: readonly TransformedModule[];
}

/** The specifier of the module that holds the entry function. */
const mainSpecifier = 'main';

/** SHA-256 over a program's kind, source and module map, in hex. */
export function hashProgram(program: Program): string {
  const hash = createHash('sha256');
  // Lengths keep the parts apart, and code units stay as they are, where UTF-8 makes one character of all lone
  // surrogates: no two different programs feed the same bytes.
  for (const part of [program.sourceType, program.source, ...program.modules.flat()]) {
    hash.update(`${part.length}:`).update(Buffer.from(part, 'utf16le'));
  }
  return hash.digest('hex');
}

// One expression is shorthand for a module that returns it. It starts on its own first line.
function mainModule(program: Program): TransformedModule {
  if (program.sourceType === 'module') return transformModule(mainSpecifier, program.source);
  assertExpression(mainSpecifier, program.source);
  const before = 'export default async (input, { host, context, signal, log }) => (';
  const made = transformModule(mainSpecifier, `${before}${program.source}\n)`);
  return { ...made, prefixLength: made.prefixLength + before.length - 'export default '.length };
}

function reachable(main: TransformedModule, all: Map<string, string>): TransformedModule[] {
  const found = new Map([[mainSpecifier, main]]);
  const take = (specifier: string): TransformedModule => {
    const known = found.get(specifier);
    if (known !== undefined) return known;
    const made = transformModule(specifier, all.get(specifier) ?? '');
    found.set(specifier, made);
    return made;
  };
  let tookAll = false;
  for (const module of found.values()) {
    for (const { specifier } of module.shape.imports) {
      const name = resolveSpecifier(specifier, module.shape.specifier);
      if (name !== mainSpecifier && !all.has(name)) {
        throw makeError(
          'ERR_WAYBILL_GUEST_MODULE_NOT_FOUND',
          `${module.shape.specifier} imports ${specifier}, which is not in the job's module map`,
          { details: { importer: module.shape.specifier, specifier } },
        );
      }
      take(name);
    }
    if (tookAll || !module.importsDynamically) continue;
    for (const specifier of all.keys()) take(specifier);
    tookAll = true;
  }
  return [...found.values()];
}

/**
 * Parses and transforms every module that the program can reach.
 *
 * @throws a `GuestError` `ERR_WAYBILL_GUEST_SYNTAX` or `ERR_WAYBILL_GUEST_MODULE_NOT_FOUND`
 */
export function prepareProgram(program: Program): PreparedProgram {
  const all = new Map<string, string>();
  for (const [specifier, source] of program.modules) {
    all.set(resolveSpecifier(specifier, mainSpecifier), source);
  }
  return { hash: hashProgram(program), modules: reachable(mainModule(program), all) };
}
