import { isSchema } from '../validation/json-schema.ts';
import type { Config } from './config.ts';
import { type Draft, getAt, setAt } from './draft.ts';
import { configKeys } from './keys.ts';

/** Gives a line for each key of the configuration: the key, its environment variable, its meaning and its default. */
export function describeConfig(): string {
  const rows = configKeys.map(({ path, variable, schema }) => {
    const { description, enum: values, default: byDefault } = schema;
    const choice = Array.isArray(values) ? ` (${values.join(', ')})` : '';
    const given = byDefault === undefined ? '' : ` [${shown(byDefault)}]`;
    return { key: path.join('.'), variable, text: `${String(description)}${choice}${given}` };
  });
  const width = Math.max(...rows.map(({ key }) => key.length));
  return rows
    .map(
      ({ key, variable, text }) =>
        `  ${key.padEnd(width)}  ${text}\n${' '.repeat(width + 4)}${variable}\n`,
    )
    .join('');
}

/** Gives the configuration as it may be shown: every secret is `[secret]`, an address of a database is without its password. */
export function redactConfig(config: Config): object {
  const draft = structuredClone(config) as unknown as Draft;
  for (const { path, schema } of configKeys) {
    const value = getAt(draft, path);
    if (schema['secret'] !== true || value === undefined) continue;
    setAt(draft, path, Array.isArray(value) ? value.map(() => '[secret]') : withoutPassword(value));
  }
  return draft;
}

function withoutPassword(value: unknown): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined) return '[secret]';
  // Drivers take a password from the query too.
  url.search = url.search === '' ? '' : '?…';
  if (url.password !== '') url.password = '[secret]';
  return decodeURI(url.href);
}

function shown(value: unknown): string {
  return isSchema(value) || Array.isArray(value) ? JSON.stringify(value) : String(value);
}
