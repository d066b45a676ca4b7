import { readFileSync } from 'node:fs';
import { makeError } from '@waybill/protocol';
import type { SecretSource } from '../config/config.ts';
import type { Environment } from '../config/from-environment.ts';
import { environmentHere } from './environment-here.ts';

/** The variable that tells where secrets are: the same in the service and in its pool processes. It holds no secret itself. */
export const secretsVariable = 'WAYBILL_SECRETS';

// What is shorter stands by chance in ordinary text, and hiding it would spoil logs.
const minSecretChars = 8;

/** The secrets of host functions, and what takes them out of text. */
export interface SecretVault {
  /**
   * Gives a secret.
   *
   * @throws `ERR_WAYBILL_INVALID_CONFIG` where there is none of this name, or it cannot be read
   */
  readonly get: (name: string) => string;
  /** Reads all secrets now. @throws as `get`, for the first that cannot be read */
  readAll(): void;
  /** Has a value that is no secret of host functions kept out of text, too. */
  hide(name: string, value: string): void;
  /** Gives text with each secret that was read replaced by its name. */
  readonly redact: (text: string) => string;
  /** The name of a secret that was read and stands in the text. */
  findIn(text: string): string | undefined;
}

/** Makes a vault of what is configured; each secret is read when it is first asked for, and once. */
export function createSecretVault(
  sources: Readonly<Record<string, SecretSource>>,
  environment: Environment = process.env,
): SecretVault {
  const values = new Map<string, string>();
  const hidden = new Map<string, string>();
  let forms: readonly (readonly [form: string, name: string])[] = [];
  const know = (where: Map<string, string>, name: string, value: string): void => {
    where.set(name, value);
    // The longest first: one secret may be the beginning of another.
    forms = [...hidden, ...values]
      .flatMap(([key, text]) => formsOf(text).map((form) => [form, key] as const))
      .toSorted(([one], [other]) => other.length - one.length);
  };
  const get = (name: string): string => {
    const known = values.get(name);
    if (known !== undefined) return known;
    const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
    const value = readSecret(name, source, environment);
    know(values, name, value);
    return value;
  };
  return {
    get,
    readAll: () => {
      for (const name of Object.keys(sources)) get(name);
    },
    hide: (name, value) => {
      if (value.length >= minSecretChars) know(hidden, name, value);
    },
    redact: (text) =>
      forms.reduce((rest, [form, name]) => rest.replaceAll(form, () => `[secret ${name}]`), text),
    findIn: (text) => forms.find(([form]) => text.includes(form))?.[1],
  };
}

/**
 * Makes the vault of this process or thread from its environment: empty outside of a service. The environment is looked at when the
 * vault is first used: a module may be loaded before the service has told where secrets are.
 */
export function secretVaultHere(given?: Environment): SecretVault {
  let made: SecretVault | undefined;
  const vault = (): SecretVault => {
    if (made !== undefined) return made;
    const environment = given ?? environmentHere();
    const sources: unknown = JSON.parse(environment[secretsVariable] || '{}');
    made = createSecretVault(sources as Readonly<Record<string, SecretSource>>, environment);
    return made;
  };
  return {
    get: (name) => vault().get(name),
    readAll: () => vault().readAll(),
    hide: (name, value) => vault().hide(name, value),
    redact: (text) => vault().redact(text),
    findIn: (text) => vault().findIn(text),
  };
}

function readSecret(
  name: string,
  source: SecretSource | undefined,
  environment: Environment,
): string {
  if (source === undefined) throw wrongSecret(name, 'to be configured', 'nothing');
  const value = 'env' in source ? environment[source.env] : readSecretFile(name, source.file);
  if (value !== undefined && value.length >= minSecretChars) return value;
  const where = 'env' in source ? `environment variable ${source.env}` : `file ${source.file}`;
  const got = value === undefined || value === '' ? 'nothing' : `${value.length}`;
  throw wrongSecret(name, `at least ${minSecretChars} characters in ${where}`, got);
}

function readSecretFile(name: string, path: string): string {
  try {
    // Editors and orchestrators put a newline at the end that is not meant.
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    const { code = 'an error' } = cause as NodeJS.ErrnoException;
    throw wrongSecret(name, `a file that can be read at ${path}`, code);
  }
}

function wrongSecret(name: string, expected: string, got: string): Error {
  const issues = [{ path: `secrets.${name}`, expected, got }];
  const words = `secrets.${name}: expected ${expected}, got ${got}`;
  return makeError('ERR_WAYBILL_INVALID_CONFIG', words, { details: { issues } });
}

/** How a secret may stand in text: as it is, escaped in a line of JSON, and with its bytes read as a character each. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret).toString('latin1');
  return [...new Set([secret, JSON.stringify(secret).slice(1, -1), bytes])];
}
