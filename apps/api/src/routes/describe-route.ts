import type { FastifySchema } from 'fastify';
import { type ErrorCode, errorCodes } from '@waybill/protocol';
import { type JsonSchema, type Scope, schemaRef } from '@waybill/protocol/http';

/** One successful answer of a route. */
export interface Answer {
  readonly description: string;
  /** Name of the schema of its body. @defaultValue it has no body */
  readonly schema?: string;
  /** @defaultValue `'application/json'` */
  readonly mediaType?: string;
  readonly headers?: Readonly<Record<string, JsonSchema>>;
}

/** What a route is, for its validation, for who may call it, and for the OpenAPI document. */
export interface RouteFacts {
  readonly operationId: string;
  readonly tag: string;
  /** Half a sentence. */
  readonly summary: string;
  readonly description?: string;
  readonly scope: Scope;
  readonly params?: JsonSchema;
  readonly querystring?: JsonSchema;
  readonly headers?: JsonSchema;
  /** Name of the schema of the body. */
  readonly body?: string;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Codes of problems beside those that every route may answer with. */
  readonly problems: readonly ErrorCode[];
}

/** The part of Fastify's route options that is made from the facts. */
export interface DescribedRoute {
  readonly schema: FastifySchema;
  readonly config: { readonly scope: Scope };
}

const everywhere: readonly ErrorCode[] = [
  'ERR_WAYBILL_INVALID_REQUEST',
  'ERR_WAYBILL_UNAUTHENTICATED',
  'ERR_WAYBILL_FORBIDDEN',
  'ERR_WAYBILL_RATE_LIMITED',
  'ERR_WAYBILL_INTERNAL',
  'ERR_WAYBILL_DATABASE_UNAVAILABLE',
];

const withBody: readonly ErrorCode[] = [
  'ERR_WAYBILL_REQUEST_TIMEOUT',
  'ERR_WAYBILL_PAYLOAD_TOO_LARGE',
  'ERR_WAYBILL_UNSUPPORTED_MEDIA_TYPE',
];

/** Makes Fastify's options of the facts: one place knows how Fastify and the document want them. */
export function describeRoute(facts: RouteFacts): DescribedRoute {
  const { scope, tag, body, answers, problems } = facts;
  const { operationId, summary, description = '', params, querystring, headers } = facts;
  const codes = [...everywhere, ...(body === undefined ? [] : withBody), ...problems];
  return {
    config: { scope },
    schema: {
      operationId,
      tags: [tag],
      summary,
      description: `${description} Needs the scope \`${scope}\`.`.trimStart(),
      security: [{ apiKey: [] }, { jwt: [] }],
      ...(params !== undefined && { params }),
      ...(querystring !== undefined && { querystring }),
      ...(headers !== undefined && { headers }),
      ...(body !== undefined && { body: schemaRef(body) }),
      response: { ...answersByStatus(answers), ...problemsByStatus(codes) },
    },
  };
}

function answersByStatus(answers: RouteFacts['answers']): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => {
      const { description, schema, mediaType = 'application/json', headers } = answer;
      const media =
        schema === undefined
          ? { type: 'null' }
          : { content: { [mediaType]: { schema: schemaRef(schema) } } };
      return [status, { description, ...media, ...(headers !== undefined && { headers }) }];
    }),
  );
}

function problemsByStatus(codes: readonly ErrorCode[]): Record<string, unknown> {
  const byStatus = Map.groupBy(codes, (code) => errorCodes[code].httpStatus);
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => {
      const description = same
        .map((code) => `\`${code}\`: ${errorCodes[code].meaning}`)
        .join('\n\n');
      const content = { 'application/problem+json': { schema: schemaRef('Problem') } };
      return [status, { description, content }];
    }),
  );
}
