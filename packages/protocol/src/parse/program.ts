import { makeError } from '../errors.ts';
import type { Program, SourceType } from '../job.ts';
import { resolveLimits, type LimitOverrides, type Limits } from '../limits.ts';
import { readOwnData, readProperty } from '../safe-read.ts';
import { refusal, type Subject } from './check.ts';

const maxModulesCount = 10_000;

/** The fields of a spec that make its program. */
export interface ProgramFields {
  readonly source: string;
  readonly sourceType?: SourceType | undefined;
  readonly modules?: Readonly<Record<string, string>> | undefined;
  readonly limits?: LimitOverrides | undefined;
}

/**
 * Makes the program of checked fields; refuses one that is too large before anything else looks at
 * its source.
 */
export function makeProgram(fields: ProgramFields, base: Limits): Program {
  const modules = Object.entries(fields.modules ?? {});
  const limitBytes = resolveLimits(base, fields.limits ?? {}).sourceBytes;
  const gotBytes = [fields.source, ...modules.flat()].reduce(
    (sumBytes, text) => sumBytes + Buffer.byteLength(text),
    0,
  );
  if (gotBytes > limitBytes) {
    throw makeError(
      'ERR_WAYBILL_PAYLOAD_TOO_LARGE',
      `source: expected at most ${limitBytes} bytes with all modules, got ${gotBytes} bytes`,
      { details: { limit: 'sourceBytes', limitBytes, gotBytes } },
    );
  }
  return { source: fields.source, sourceType: fields.sourceType ?? 'module', modules };
}

/**
 * Refuses more modules than any program has before anything looks at each: checking them against the schema takes
 * seconds for some hundred thousand.
 */
export function refuseManyModules(input: unknown, subject: Subject): void {
  const modules = readProperty(input, 'modules');
  if (countKeys(modules) <= maxModulesCount) return;
  const expected = `at most ${maxModulesCount} modules`;
  throw refusal(subject, [{ path: 'modules', expected, got: 'more' }]);
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  try {
    return Object.keys(value).length;
  } catch {
    // A proxy that throws; the schema says so.
    return 0;
  }
}

/** Refuses a module named `__proto__`, which the schema library would drop without a word. */
export function refuseProtoSpecifier(input: unknown, subject: Subject): void {
  if (readOwnData(readProperty(input, 'modules'), '__proto__') === undefined) return;
  const expected = 'a specifier other than __proto__';
  throw refusal(subject, [{ path: 'modules.__proto__', expected, got: '"__proto__"' }]);
}
