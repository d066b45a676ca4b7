import type { ErrorObject } from 'ajv';
import { type Issue, describe, hintAt } from '@waybill/protocol/parse';
import { type JsonSchema, isSchema } from './json-schema.ts';

const maxIssuesCount = 16;

/**
 * Says what is wrong in the words of all other refusals: where, what was expected, what came. Secrets are not shown.
 *
 * @param errors - of a validator with the option `verbose`
 * @param root - name of the whole, for what is wrong with itself
 */
export function toIssues(errors: readonly ErrorObject[], root: string): readonly Issue[] {
  const byPath = new Map<string, Issue>();
  for (const error of errors) {
    const issue = toIssue(error, root);
    // A number that is neither whole nor in its range is one issue for the reader.
    if (byPath.size < maxIssuesCount && !byPath.has(issue.path)) byPath.set(issue.path, issue);
  }
  return [...byPath.values()];
}

function toIssue(error: ErrorObject, root: string): Issue {
  const schema: JsonSchema = isSchema(error.parentSchema) ? error.parentSchema : {};
  const at = (key?: unknown): string => formatPointer(error.instancePath, key, root);
  const { params } = error;
  switch (error.keyword) {
    case 'additionalProperties': {
      const key: unknown = params['additionalProperty'];
      const known = isSchema(schema['properties']) ? Object.keys(schema['properties']) : [];
      return { path: at(key), expected: `a known key (${hintAt(key, known)})`, got: describe(key) };
    }
    case 'required': {
      const key = String(params['missingProperty']);
      const property = isSchema(schema['properties']) ? schema['properties'][key] : undefined;
      return { path: at(key), expected: expectationOf(property), got: 'nothing' };
    }
    case 'propertyNames':
    case 'if':
      return { path: at(params['propertyName']), expected: 'another name', got: 'this one' };
    default: {
      const got = schema['secret'] === true ? typeName(error.data) : describe(error.data);
      const expected = expectationOf(schema, error);
      return error.propertyName === undefined
        ? { path: at(), expected, got }
        : { path: at(error.propertyName), expected, got };
    }
  }
}

function expectationOf(schema: unknown, error?: ErrorObject): string {
  const fallback = error?.message ?? 'a value';
  if (!isSchema(schema)) return fallback;
  const { expected, enum: values } = schema;
  if (typeof expected === 'string') return expected;
  if (Array.isArray(values)) return oneOf(values);
  if ('const' in schema) return oneOf([schema['const']]);
  const isOfType = error !== undefined && error.keyword !== 'type';
  switch (schema['type']) {
    case 'integer':
      return `an integer${within('from', schema['minimum'], schema['maximum'])}`;
    case 'number':
      return `a number${within('from', schema['minimum'], schema['maximum'])}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return textOf(schema, error);
    case 'object':
      return isOfType ? `an object that ${fallback}` : 'an object';
    case 'array':
      return isOfType ? `an array that ${fallback}` : 'an array';
    default:
      return fallback;
  }
}

function oneOf(values: readonly unknown[]): string {
  const texts = values.map((value) => JSON.stringify(value));
  return texts.length === 1 ? texts.join() : `one of ${texts.join(', ')}`;
}

function textOf({ minLength, maxLength, pattern }: JsonSchema, error?: ErrorObject): string {
  const length = within('of', minLength, maxLength);
  const words = length === '' ? 'text' : `text${length} characters`;
  const isOther = error?.keyword === 'pattern' && typeof pattern === 'string';
  return isOther ? `${words} that matches ${pattern}` : words;
}

function within(word: 'from' | 'of', least: unknown, most: unknown): string {
  const [from, to] = [least, most].map((end) => (typeof end === 'number' ? String(end) : ''));
  if (from === '') return to === '' ? '' : ` ${word === 'of' ? 'of ' : ''}up to ${to}`;
  return to === '' ? ` ${word} ${from} or more` : ` ${word} ${from} to ${to}`;
}

function typeName(value: unknown): string {
  return typeof value === 'string' ? `text of ${value.length} characters` : `a ${typeof value}`;
}

/** Writes a JSON pointer as one would in JavaScript. */
function formatPointer(pointer: string, key: unknown, root: string): string {
  const steps = pointer.split('/').slice(1);
  const names = steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (typeof key === 'string') names.push(key);
  let path = '';
  for (const name of names) {
    if (/^\d+$/.test(name)) path += `[${name}]`;
    else if (!/^[A-Za-z_$][\w$]*$/.test(name)) path += `[${JSON.stringify(name.slice(0, 40))}]`;
    else path += path === '' ? name : `.${name}`;
  }
  return path === '' ? root : path;
}
