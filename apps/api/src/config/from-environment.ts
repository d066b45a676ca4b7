import { type Issue, didYouMean } from '@waybill/protocol/parse';
import { type ConfigKey, configKeys, otherVariables } from './keys.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says: some values by key, and what is wrong with others. */
export interface EnvironmentReading {
  readonly values: readonly { readonly key: ConfigKey; readonly value: unknown }[];
  readonly issues: readonly Issue[];
}

/** What others call the address of the database, too. */
export const databaseVariable = 'DATABASE_URL';

/** Reads the configuration out of environment variables; one that is empty says nothing. */
export function readEnvironment(environment: Environment): EnvironmentReading {
  const given = (name: string): string | undefined => environment[name] || undefined;
  const issues: Issue[] = misspelt(environment);
  const values = configKeys.flatMap((key) => {
    const isDatabase = key.path.join('.') === 'database.url';
    const text = given(key.variable) ?? (isDatabase ? given(databaseVariable) : undefined);
    if (text === undefined) return [];
    const value = readValue(key, text);
    if (value !== undefined) return [{ key, value }];
    const got = key.schema['secret'] === true ? 'other text' : JSON.stringify(text.slice(0, 40));
    issues.push({ path: key.variable, expected: 'JSON', got });
    return [];
  });
  return { values, issues };
}

/** Reads text as the type that the schema wants; where it is not of it, the schema says so. */
function readValue({ schema }: ConfigKey, text: string): unknown {
  switch (schema['type']) {
    case 'integer':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : text;
    case 'object':
      return parseJson(text);
    case 'array':
      return text.startsWith('[') ? parseJson(text) : text.split(',').map((part) => part.trim());
    default:
      return text;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The caller says where; the words of the parser may show a secret.
    return undefined;
  }
}

/**
 * Finds variables that are nearly one of ours, or the end of one. Others are none of our business: an orchestrator of containers
 * sets `WAYBILL_PORT=tcp://...` and the like for a service of this name.
 */
function misspelt(environment: Environment): Issue[] {
  const known = configKeys.map(({ variable }) => variable);
  return Object.keys(environment).flatMap((name) => {
    if (!name.startsWith('WAYBILL_') || known.includes(name) || otherVariables.has(name)) return [];
    if (environment[name]?.startsWith('tcp://') === true) return [];
    const ending = name.slice('WAYBILL'.length);
    const meant = didYouMean(name, known) ?? known.find((variable) => variable.endsWith(ending));
    if (meant === undefined) return [];
    return [
      { path: name, expected: `a known variable (did you mean "${meant}"?)`, got: 'this one' },
    ];
  });
}
