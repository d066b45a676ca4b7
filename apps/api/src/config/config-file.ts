import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isSchema } from '../validation/json-schema.ts';
import { type Draft, getAt, setAt } from './draft.ts';
import { invalidConfig } from './invalid-config.ts';
import { configKeys } from './keys.ts';

/**
 * Reads a configuration file; the relative paths in it are relative to its folder.
 *
 * @throws `ERR_WAYBILL_INVALID_CONFIG` where it cannot be read or is no JSON object
 */
export async function readConfigFile(path: string): Promise<Draft> {
  const draft = await readObject(path);
  resolvePaths(draft, dirname(path));
  return draft;
}

/** Makes the paths in a draft absolute: those of the keys that are paths, and of the files with secrets. */
export function resolvePaths(draft: Draft, folder: string): void {
  for (const { path, schema } of configKeys) {
    const value = schema['path'] === true ? getAt(draft, path) : undefined;
    if (typeof value === 'string') setAt(draft, path, resolve(folder, value));
  }
  const { secrets } = draft as { readonly secrets?: unknown };
  for (const source of isSchema(secrets) ? Object.values(secrets) : []) {
    const file = isSchema(source) ? source['file'] : undefined;
    if (typeof file === 'string') setAt(source as Draft, ['file'], resolve(folder, file));
  }
}

async function readObject(path: string): Promise<Draft> {
  const refuse = (expected: string, got: string, cause?: unknown): never => {
    throw invalidConfig([{ path, expected, got }], cause);
  };
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) =>
    refuse('a file that can be read', error.code ?? 'an error', error),
  );
  const value = parseJson(text, (place) => refuse('JSON', `something else${place}`));
  return isSchema(value) ? value : refuse('a JSON object', 'other JSON');
}

function parseJson(text: string, refuse: (place: string) => never): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // V8 quotes what stands there, which may be a secret; the position says enough.
    const [place = ''] = / at position \d+(?: \(line \d+ column \d+\))?/.exec(String(error)) ?? [];
    return refuse(place);
  }
}
