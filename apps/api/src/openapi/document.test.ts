import { fastify, type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { httpSchemas } from '@waybill/protocol/http';
import { registerRoutes } from '../routes/index.ts';
import type { Service } from '../service.ts';
import { createValidator } from '../validation/validator.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly responses: Readonly<Record<string, { readonly content?: Record<string, unknown> }>>;
}

interface Description {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

let app: FastifyInstance;
let description: Description;

beforeAll(async () => {
  app = fastify();
  app.decorateRequest('caller');
  const config = { docs: 'public', http: { maxStreamsPerTenant: 1 } };
  // Nothing of the service is asked while routes are only described.
  registerRoutes(app, { config } as Service);
  description = (await app.inject('/openapi.json')).json();
});
afterAll(() => app.close());

function operations(): readonly Operation[] {
  return Object.values(description.paths).flatMap((methods) => Object.values(methods));
}

test('the document is of OpenAPI 3.1 and has an operation for each route, under a name of its own', () => {
  expect(description.openapi).toBe('3.1.0');
  const ids = operations().map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted().join(' ')).toBe(
    'cancelJob deployFunction getFunction getJob getSchedule listFunctions listJobs listSchedules putSchedule ' +
      'readJobEvents redriveJob removeFunction removeSchedule run runFunction submitFunctionJob submitJob',
  );
});

test('whatever the document points to is in it', () => {
  const text = JSON.stringify(description);
  for (const [, pointer = ''] of text.matchAll(/"\$ref":"([^"]*)"/g)) {
    const [, name = ''] = /^#\/components\/schemas\/(\w+)$/.exec(pointer) ?? [];
    expect(Object.keys(description.components.schemas), pointer).toContain(name);
  }
  expect(text).not.toContain('"$id"');
});

test('every refusal of every operation is a problem document', () => {
  for (const { operationId, responses } of operations()) {
    const refusals = Object.entries(responses).filter(([status]) => Number(status) >= 400);
    expect(refusals.length, operationId).toBeGreaterThan(4);
    for (const [, { content }] of refusals) {
      expect(content).toStrictEqual({
        'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
      });
    }
  }
});

test('every text, list and object that a request may hold is bounded', () => {
  const names = ['RunRequest', 'JobRequest', 'ScheduleRequest', 'FunctionRequest', 'KeyRequest'];
  const { schemas } = description.components;
  const unbounded: string[] = [];
  const look = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    const {
      type,
      enum: values,
      maxLength,
      maxItems,
      additionalProperties,
      maxProperties,
    } = schema as Record<string, unknown>;
    if (type === 'string' && values === undefined && maxLength === undefined) unbounded.push(path);
    if (type === 'array' && maxItems === undefined) unbounded.push(path);
    if (type === 'object' && additionalProperties !== false && maxProperties === undefined) {
      unbounded.push(path);
    }
    for (const [key, inner] of Object.entries(schema)) look(inner, `${path}.${key}`);
  };
  for (const name of names) look(schemas[name], name);
  expect(unbounded).toStrictEqual([]);
});

test('each named schema can be compiled, and its examples fit it', () => {
  const validator = createValidator({ schemas: httpSchemas.map((schema) => ({ ...schema })) });
  let exampleCount = 0;
  for (const { $id, examples = [] } of httpSchemas as readonly { $id: string; examples?: [] }[]) {
    expect(validator.getSchema($id), $id).toBeDefined();
    for (const example of examples) {
      exampleCount += 1;
      expect([validator.validate($id, example), validator.errors]).toStrictEqual([true, null]);
    }
  }
  expect(exampleCount).toBeGreaterThan(6);
});

test('the reference page loads nothing from elsewhere and runs no script of its own', async () => {
  const page = await app.inject('/docs');
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  expect(page.headers['content-security-policy']).not.toContain('unsafe');
  expect(page.body).not.toMatch(/https?:|<script>|<style|onload/);
  for (const [, url = ''] of page.body.matchAll(/(?:src|href)="([^"]*)"/g)) {
    const part = await app.inject(url);
    expect([url, part.statusCode]).toStrictEqual([url, 200]);
  }
});

test('a service that shows no documents has no address for them', async () => {
  const bare = fastify();
  bare.decorateRequest('caller');
  registerRoutes(bare, { config: { docs: 'off', http: { maxStreamsPerTenant: 1 } } } as Service);
  for (const url of ['/openapi.json', '/docs']) {
    expect((await bare.inject(url)).statusCode).toBe(404);
  }
  await bare.close();
});
