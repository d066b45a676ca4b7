import * as z from 'zod';
import { makeError, type WaybillError } from '../errors.ts';
import { describe, formatPath } from './describe.ts';
import { hintAt } from './did-you-mean.ts';

const maxIssuesCount = 16;

/** One thing that is wrong; `details.issues` of a refusal is a list of these. */
export interface Issue {
  /** Such as `limits.wallMs`; the subject's own name for the whole. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

/** What is being checked, for the error. */
export interface Subject {
  /** Name of the whole: `job`. */
  readonly name: string;
  readonly code: 'ERR_WAYBILL_INVALID_JOB' | 'ERR_WAYBILL_INVALID_OPTIONS';
}

/**
 * Checks a value of any kind against a schema.
 *
 * @throws CallerError with the subject's code, whatever is wrong with the value
 */
export function check<T>(schema: z.ZodType<T>, input: unknown, subject: Subject): T {
  let result: z.ZodSafeParseResult<T>;
  let issues: readonly Issue[];
  try {
    result = schema.safeParse(input, { reportInput: true });
    if (result.success) return result.data;
    issues = onePerPath(
      result.error.issues
        .slice(0, maxIssuesCount)
        .flatMap((issue) => toIssues(issue, schema, subject.name)),
    );
  } catch (cause) {
    // A getter or a proxy in the input threw; a schema never does.
    const got = 'a value that throws when it is read';
    throw refusal(subject, [{ path: subject.name, expected: 'plain data', got }], cause);
  }
  throw refusal(subject, issues);
}

/** Makes the error for what is wrong: its message tells the first issue, its details tell all. */
export function refusal(subject: Subject, issues: readonly Issue[], cause?: unknown): WaybillError {
  const first = issues[0] ?? { path: subject.name, expected: 'a valid value', got: 'another' };
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  const message = `${first.path}: expected ${first.expected}, got ${first.got}${more}`;
  return makeError(subject.code, message, { details: { issues }, cause });
}

/** The issue of a key that nobody knows. */
export function unknownKey(path: string, key: string, knownKeys: readonly string[]): Issue {
  return { path, expected: `a known key (${hintAt(key, knownKeys)})`, got: describe(key) };
}

function toIssues(issue: z.core.$ZodIssue, schema: z.ZodType, root: string): Issue[] {
  if (issue.code === 'unrecognized_keys') {
    const knownKeys = keysAt(schema, issue.path);
    return issue.keys
      .slice(0, maxIssuesCount)
      .map((key) => unknownKey(formatPath([...issue.path, key], root), key, knownKeys));
  }
  const inner = issue.code === 'invalid_key' ? issue.issues[0] : undefined;
  return [
    {
      path: formatPath(issue.path, root),
      expected: inner?.message ?? issue.message,
      got: describe(issue.input),
    },
  ];
}

// A number that is neither whole nor in range is two issues of the schema, but one for the reader.
function onePerPath(issues: readonly Issue[]): readonly Issue[] {
  const byPath = new Map(issues.toReversed().map((issue) => [issue.path, issue]));
  return issues.filter((issue) => byPath.get(issue.path) === issue).slice(0, maxIssuesCount);
}

/** The keys that the object at a path may have. */
function keysAt(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  let current = schema;
  for (const key of path) current = schemaAt(current, key);
  return Object.keys(shapeOf(current));
}

function schemaAt(schema: unknown, key: PropertyKey): unknown {
  if (schema instanceof z.ZodOptional) return schemaAt(schema.unwrap(), key);
  // All the values of a record have one schema, whatever their keys.
  if (schema instanceof z.ZodRecord) return schema.valueType;
  const shape = shapeOf(schema);
  return Object.hasOwn(shape, key) ? shape[key] : undefined;
}

function shapeOf(schema: unknown): Readonly<Record<PropertyKey, unknown>> {
  if (schema instanceof z.ZodOptional) return shapeOf(schema.unwrap());
  return schema instanceof z.ZodObject ? schema.shape : {};
}
