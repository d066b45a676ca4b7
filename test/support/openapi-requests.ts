import fc from 'fast-check';
import { nearly, payloadOf } from './near-payloads.ts';
import { type DocumentSchema, type DocumentSchemas, valuesOf } from './values-of-schema.ts';

/** What is read of an OpenAPI document. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: DocumentSchemas };
}

interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required?: boolean;
  readonly schema: DocumentSchema;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: DocumentSchema }>>;
  };
  readonly responses: Readonly<Record<string, unknown>>;
}

/** One request, as it goes over the wire. */
export interface WireRequest {
  readonly operationId: string;
  readonly method: string;
  /** With its query, encoded or not. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Statuses that the document has for the operation; none where the path leads elsewhere. */
  readonly documented: readonly string[] | undefined;
}

// What stands where a name or an id belongs.
const pathTricks = [
  '..',
  '.',
  '%2e%2e',
  '%2F',
  '%00',
  '%',
  '%zz',
  '%ff%fe',
  ';',
  '*',
  '~',
  "'",
  '"',
  '%F0%9F%98%80',
  'constructor',
  '__proto__',
  'a'.repeat(500),
];

/** What there is at a service, by the names of the parameters that paths have. */
export type Known = Readonly<Record<string, readonly string[]>>;

/** Gives requests to the operations of a document: such as it allows, and such as come close. */
export function requestsOf(document: OpenApiDocument, known: Known): fc.Arbitrary<WireRequest> {
  const { schemas } = document.components;
  const all = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) =>
      requestsTo({ path, method: method.toUpperCase(), operation, known }, schemas),
    ),
  );
  return fc.oneof(...all);
}

interface Target {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
  readonly known: Known;
}

function requestsTo(target: Target, schemas: DocumentSchemas): fc.Arbitrary<WireRequest> {
  const { path, method, operation, known } = target;
  const { operationId, parameters = [], responses } = operation;
  const isTricked = fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0);
  return fc
    .record({
      isTricked,
      trick: fc.constantFrom(...pathTricks),
      inPath: fc.oneof(parametersOf(parameters, 'path', schemas), thereOf(path, known)),
      inQuery: nearly(parametersOf(parameters, 'query', schemas)),
      inHeader: parametersOf(parameters, 'header', schemas),
      payload: payloadOf(operation.requestBody?.content['application/json']?.schema, schemas),
    })
    .map(({ inPath, inQuery, inHeader, payload, ...trick }) => {
      const fill = (_: string, name: string): string =>
        trick.isTricked ? trick.trick : encodeURIComponent(wellFormed(inPath[name]));
      const filled = path.replaceAll(/\{(\w+)\}/g, fill);
      const query = new URLSearchParams(textsOf(inQuery)).toString();
      const headers = headersOf(textsOf(inHeader));
      return {
        operationId,
        method,
        path: query === '' ? filled : `${filled}?${query}`,
        headers: { ...headers, ...payload.headers },
        body: payload.body,
        documented: trick.isTricked ? undefined : Object.keys(responses),
      };
    });
}

/** Names of what is there. */
function thereOf(path: string, known: Known): fc.Arbitrary<Record<string, unknown>> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return fc.record(
    Object.fromEntries(names.map((name) => [name, fc.constantFrom(...(known[name] ?? ['x']))])),
  );
}

function parametersOf(
  parameters: readonly Parameter[],
  place: Parameter['in'],
  schemas: DocumentSchemas,
): fc.Arbitrary<Record<string, unknown>> {
  const here = parameters.filter((parameter) => parameter.in === place);
  const properties = Object.fromEntries(here.map(({ name, schema }) => [name, schema]));
  const required = here.filter((parameter) => parameter.required === true).map(({ name }) => name);
  const schema = { type: 'object', properties, required };
  return valuesOf(schema, schemas) as fc.Arbitrary<Record<string, unknown>>;
}

function textsOf(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name.slice(0, 200),
      wellFormed(value).slice(0, 4_000),
    ]),
  );
}

function wellFormed(value: unknown): string {
  return (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toWellFormed();
}

// What Node refuses to send is not the service's business.
function headersOf(texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      name,
      text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?'),
    ]),
  );
}
