import { type JsonSchema, isSchema } from '../validation/json-schema.ts';
import { configSchema } from './schema.ts';

/** One key of the configuration that has a value of its own. */
export interface ConfigKey {
  /** Such as `listen.port`. */
  readonly path: readonly string[];
  readonly schema: JsonSchema;
  /** The environment variable of the same meaning. */
  readonly variable: string;
}

/** Variables of ours that are no keys of the configuration: those of the command, and of tests. */
export const otherVariables: ReadonlySet<string> = new Set([
  'WAYBILL_CONFIG',
  'WAYBILL_URL',
  'WAYBILL_TENANT',
  'WAYBILL_TOKEN',
  'WAYBILL_TOKEN_FILE',
]);

function variableOf(path: readonly string[]): string {
  const words = path.map((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`));
  return `WAYBILL_${words.join('_').toUpperCase()}`;
}

function keysIn(schema: JsonSchema, path: readonly string[]): readonly ConfigKey[] {
  const { properties, additionalProperties } = schema;
  const inner = isSchema(properties)
    ? Object.entries(properties).flatMap(([name, property]) =>
        isSchema(property) ? keysIn(property, [...path, name]) : [],
      )
    : [];
  // A section has no value of its own; an object with free keys, or that may be absent, is given as JSON too.
  const isSection =
    isSchema(properties) && additionalProperties === false && !('description' in schema);
  return isSection ? inner : [{ path, schema, variable: variableOf(path) }, ...inner];
}

/** Every key that has a value, in the order of the schema. */
export const configKeys: readonly ConfigKey[] = keysIn(configSchema, []);
