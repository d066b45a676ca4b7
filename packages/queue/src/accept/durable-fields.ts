import { defaultRetryPolicy } from '@waybill/protocol';
import { type Issue, describe, hintAt } from '@waybill/protocol/parse';

const yearSeconds = 31_536_000;
const daySeconds = 86_400;
// The last moment of the year 9999.
const maxMs = 253_402_300_799_999;

interface Rule {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

function integer(min: number, max: number): Rule {
  return {
    expected: `an integer from ${min} to ${max}`,
    accepts: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
  };
}

function text(pattern: RegExp, expected: string): Rule {
  return { expected, accepts: (value) => typeof value === 'string' && pattern.test(value) };
}

const rules: Readonly<Record<string, Rule>> = {
  version: integer(1, 2 ** 31 - 1),
  startAfterMs: integer(0, maxMs),
  idempotencyKey: text(/^[\x21-\x7e]{1,255}$/, '1 to 255 visible ASCII characters'),
  deadLetter: text(/^[A-Za-z0-9._:-]{1,100}$/, '1 to 100 characters of A-Z a-z 0-9 . _ : -'),
  keepSeconds: integer(60, yearSeconds),
  'retry.limit': integer(0, 100),
  'retry.of': text(/^(retryable|any)$/, '"retryable" or "any"'),
  'retry.delaySeconds': integer(0, daySeconds),
  'retry.backoff': text(/^(fixed|exponential)$/, '"fixed" or "exponential"'),
  'retry.maxDelaySeconds': integer(1, daySeconds),
};

/** Finds what is wrong with the fields that only a durable job has. */
export function durableIssues({ retry, ...fields }: Readonly<Record<string, unknown>>): Issue[] {
  const issues = issuesAt('', fields);
  if (retry === undefined) return issues;
  if (typeof retry === 'object' && retry !== null && !Array.isArray(retry)) {
    return [...issues, ...issuesAt('retry.', retry)];
  }
  return [...issues, { path: 'retry', expected: 'an object', got: describe(retry) }];
}

function issuesAt(prefix: '' | 'retry.', fields: object): Issue[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const path = `${prefix}${name}`;
    const rule = Object.hasOwn(rules, path) ? rules[path] : undefined;
    const isRight = rule === undefined ? false : value === undefined || rule.accepts(value);
    if (isRight) return [];
    const known = Object.keys(defaultRetryPolicy);
    const expected = rule?.expected ?? `a known key (${hintAt(name, known)})`;
    return [{ path, expected, got: describe(value) }];
  });
}
