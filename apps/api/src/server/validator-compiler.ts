import type { ValidateFunction } from 'ajv';
import { httpSchemas } from '@waybill/protocol/http';
import { createValidator } from '../validation/validator.ts';

/** Compiles the schema of one part of a route's requests. */
export type CompileRoute = (route: {
  readonly schema: object;
  readonly httpPart?: string;
}) => ValidateFunction;

/**
 * Makes what compiles the schemas of routes. A body is taken as it is: nothing is turned into another type, filled in or left out.
 * What is text by nature (query, parameters, headers) is read as the type that the schema wants.
 */
export function createRouteCompiler(): CompileRoute {
  const schemas = [...httpSchemas];
  const forBodies = createValidator({ schemas });
  const forTexts = createValidator({ schemas, coerceTypes: 'array', useDefaults: true });
  return ({ schema, httpPart }) => (httpPart === 'body' ? forBodies : forTexts).compile(schema);
}
