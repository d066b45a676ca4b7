import { describe, expect, test } from 'vitest';
import { isWaybillError } from '../errors.ts';
import type { JobSpec } from '../job.ts';
import { defaultLimits, limitTable } from '../limits.ts';
import { parseFunctionSpec } from './function.ts';
import { jobJsonSchema, parseJobSpec } from './job.ts';

function refusalOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isWaybillError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error('expected a refusal, got none');
}

const source = 'export default () => 1';

describe('parseJobSpec', () => {
  test('a spec that only has a source gets every default', () => {
    expect(parseJobSpec({ source })).toEqual({
      id: undefined,
      tenant: 'default',
      target: { kind: 'program', program: { source, sourceType: 'module', modules: [] } },
      input: undefined,
      limits: {},
      reuse: 'tenant',
      trail: false,
      priority: 0,
      rerunnable: undefined,
    });
  });

  test('everything that a spec says is kept, the input as the same reference', () => {
    const input = { when: new Date(0) };
    const spec: JobSpec = {
      id: 'job-1',
      tenant: 'acme',
      source,
      sourceType: 'expression',
      modules: { './a.js': 'export const a = 1' },
      input,
      limits: { wallMs: 10 },
      reuse: 'never',
      trail: true,
      priority: -100,
      rerunnable: false,
    };
    const job = parseJobSpec(spec);
    expect(job.input).toBe(input);
    expect(job).toMatchObject({ id: 'job-1', tenant: 'acme', limits: { wallMs: 10 }, trail: true });
    expect(job).toMatchObject({ priority: -100, rerunnable: false });
    expect(job.target).toEqual({
      kind: 'program',
      program: { source, sourceType: 'expression', modules: [['./a.js', 'export const a = 1']] },
    });
  });

  test('a job can name a deployed function instead of bringing a source', () => {
    const job = parseJobSpec({ function: 'hello', input: 1 });
    expect(job.target).toEqual({ kind: 'function', name: 'hello' });
  });

  test.each<[unknown, string]>([
    [null, 'job: expected an object, got null'],
    [undefined, 'job: expected an object, got undefined'],
    [{}, 'job: expected exactly one of source and function, got neither'],
    [{ source, function: 'f' }, 'job: expected exactly one of source and function, got both'],
    [
      { function: 'f', modules: {} },
      'modules: expected nothing beside function, which brings its own, got a value',
    ],
    [{ source: 1 }, 'source: expected source text, got 1'],
    [{ source, id: 'a b' }, 'id: expected 1 to 128 characters of A-Z a-z 0-9 . _ : -, got "a b"'],
    [
      { source, limits: { wallMs: -5 } },
      'limits.wallMs: expected an integer from 1 to 86400000 (ms), got -5',
    ],
    [
      { source, limits: { wallMs: 1e99 } },
      'limits.wallMs: expected an integer from 1 to 86400000 (ms), got 1e+99',
    ],
    [
      { source, limits: { memoryBytes: 1 } },
      'limits.memoryBytes: expected an integer from 8388608 to 4294967296 (bytes), got 1',
    ],
    [
      { source, limits: { wallMS: 5 } },
      'limits.wallMS: expected a known key (did you mean "wallMs"?), got "wallMS"',
    ],
    [
      { source, reuse: 'always', trail: 1 },
      'reuse: expected "never" or "tenant", got "always" (and 1 more)',
    ],
    [
      { source, priority: 101 },
      'priority: expected an integer from -100 to 100 (highest first), got 101',
    ],
    [
      { source, priority: 0.5 },
      'priority: expected an integer from -100 to 100 (highest first), got 0.5',
    ],
    [{ source, rerunnable: 'yes' }, 'rerunnable: expected true or false, got "yes"'],
    [{ source, modules: { './a.js': 3 } }, 'modules["./a.js"]: expected source text, got 3'],
    [
      { source, modules: { 'a b': '' } },
      'modules["a b"]: expected a specifier of 1 to 256 printable ASCII characters without spaces, got "a b"',
    ],
    [
      JSON.parse('{"source":"x","modules":{"__proto__":"y"}}'),
      'modules.__proto__: expected a specifier other than __proto__, got "__proto__"',
    ],
  ])('%j is refused with a message that names path, expectation and value', (spec, message) => {
    expect(refusalOf(() => parseJobSpec(spec))).toBe(`ERR_WAYBILL_INVALID_JOB ${message}`);
  });

  test('an unknown key with a __proto__ name is refused like any other', () => {
    const spec: unknown = JSON.parse('{"source":"x","__proto__":{"tenant":"acme"}}');
    expect(refusalOf(() => parseJobSpec(spec))).toMatch(/^ERR_WAYBILL_INVALID_JOB __proto__: /);
  });

  test('a source that exceeds the limit with its modules is refused before anything else looks at it', () => {
    const spec = { source: 'é', modules: { a: 'bc' }, limits: { sourceBytes: 4 } };
    expect(refusalOf(() => parseJobSpec(spec))).toBe(
      'ERR_WAYBILL_PAYLOAD_TOO_LARGE source: expected at most 4 bytes with all modules, got 5 bytes',
    );
    expect(parseJobSpec({ ...spec, limits: { sourceBytes: 5 } })).toBeDefined();
    const base = { ...defaultLimits, sourceBytes: 4 };
    expect(() => parseJobSpec({ source: 'abcde' }, base)).toThrow('expected at most 4 bytes');
  });
});

describe('parseFunctionSpec', () => {
  test('a function gets the same defaults as a job with a source', () => {
    expect(parseFunctionSpec({ name: 'hello', source })).toEqual({
      name: 'hello',
      tenant: 'default',
      program: { source, sourceType: 'module', modules: [] },
      limits: {},
      rerunnable: false,
    });
    expect(parseFunctionSpec({ name: 'hello', source, rerunnable: true }).rerunnable).toBe(true);
  });

  test('a function without a name or with a job field is refused', () => {
    expect(refusalOf(() => parseFunctionSpec({ source }))).toContain(
      'name: expected 1 to 128 characters',
    );
    expect(refusalOf(() => parseFunctionSpec({ name: 'f', source, input: 1 }))).toContain(
      'input: expected a known key',
    );
  });
});

describe('jobJsonSchema', () => {
  // A record of every key: the type check fails when the interface gains or loses one.
  const jobKeys: Record<keyof JobSpec, true> = {
    id: true,
    tenant: true,
    source: true,
    function: true,
    sourceType: true,
    modules: true,
    input: true,
    limits: true,
    reuse: true,
    trail: true,
    priority: true,
    rerunnable: true,
  };

  test('the schema, the JSON Schema and the interface have the same keys', () => {
    expect(jobJsonSchema).toMatchObject({ type: 'object', additionalProperties: false });
    const properties = Reflect.get(jobJsonSchema, 'properties') as Record<string, object>;
    expect(Object.keys(properties).toSorted()).toEqual(Object.keys(jobKeys).toSorted());
    const limits = Reflect.get(properties['limits'] ?? {}, 'properties') as Record<string, object>;
    expect(Object.keys(limits).toSorted()).toEqual(Object.keys(limitTable).toSorted());
    expect(limits['memoryBytes']).toMatchObject({ minimum: limitTable.memoryBytes.min });
  });

  test('the JSON Schema is plain data and asks for exactly one of source and function', () => {
    expect(JSON.parse(JSON.stringify(jobJsonSchema))).toEqual(jobJsonSchema);
    expect(jobJsonSchema['oneOf']).toEqual([{ required: ['source'] }, { required: ['function'] }]);
  });
});
