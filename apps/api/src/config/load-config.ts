import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isWaybillError } from '@waybill/protocol';
import { type Issue, parseSettings } from '@waybill/protocol/parse';
import { toIssues } from '../validation/issues.ts';
import { isSchema } from '../validation/json-schema.ts';
import { compileSchema, createValidator } from '../validation/validator.ts';
import { readConfigFile, resolvePaths } from './config-file.ts';
import type { Config } from './config.ts';
import { findContradictions } from './contradictions.ts';
import { withPassword } from './database-password.ts';
import { type Draft, freezeDeep, getAt, setAt } from './draft.ts';
import { type Environment, readEnvironment } from './from-environment.ts';
import { invalidConfig } from './invalid-config.ts';
import { configSchema } from './schema.ts';

const databaseUrlPath = ['database', 'url'];

/** Where the configuration comes from. */
export interface ConfigSources {
  /** Path of a JSON file. @defaultValue what `WAYBILL_CONFIG` names, otherwise none */
  readonly file?: string | undefined;
  /** Goes before the file. @defaultValue `process.env` */
  readonly environment?: Environment | undefined;
  /** Goes before both: what a command was told, by key such as `listen.port`. @defaultValue none */
  readonly overrides?: Readonly<Record<string, unknown>> | undefined;
  /** What relative paths are relative to, but for those in the file. @defaultValue `process.cwd()` */
  readonly folder?: string | undefined;
}

/**
 * Reads the configuration and checks all of it.
 *
 * @throws `ERR_WAYBILL_INVALID_CONFIG`, whose `details.issues` name each wrong key, what was expected and what came
 */
export async function loadConfig(sources: ConfigSources = {}): Promise<Config> {
  const { environment = process.env, folder = process.cwd(), overrides = {} } = sources;
  const file = sources.file ?? (environment['WAYBILL_CONFIG'] || undefined);
  const draft = file === undefined ? {} : await readConfigFile(resolve(folder, file));
  const { values, issues } = readEnvironment(environment);
  for (const { key, value } of values) setAt(draft, key.path, value);
  for (const [path, value] of Object.entries(overrides)) setAt(draft, path.split('.'), value);
  resolvePaths(draft, folder);
  const url = getAt(draft, databaseUrlPath);
  if (typeof url === 'string') setAt(draft, databaseUrlPath, withPassword(url, environment));

  const found = [
    ...issues.filter(({ path }) => !isSecretSource(draft, path)),
    ...checkKeys(draft),
    ...checkOrchestrator(draft),
  ];
  if (found.length > 0) throw invalidConfig(found);
  // Checked by the schema just now, which says the same as the type.
  const config = draft as unknown as Config;
  const contradictions = findContradictions(config);
  if (contradictions.length > 0) throw invalidConfig(contradictions);
  return freezeDeep({
    ...config,
    // The default of the schema is relative, too.
    dataFolder: resolve(folder, config.dataFolder),
    ...moduleUrl('hostFunctions', config.hostFunctions),
    ...moduleUrl('workerHostFunctions', config.workerHostFunctions),
  });
}

const validate = compileSchema<Config>(
  createValidator({ allErrors: true, useDefaults: true }),
  configSchema,
);

function checkKeys(draft: Draft): readonly Issue[] {
  return validate(draft) ? [] : toIssues(validate.errors ?? [], 'configuration');
}

/** Whether a variable is one that the operator keeps a secret in, whatever it is called. */
function isSecretSource({ secrets }: Draft, variable: string): boolean {
  if (!isSchema(secrets)) return false;
  return Object.values(secrets).some((source) => isSchema(source) && source['env'] === variable);
}

/** The options of the orchestrator, checked by what it checks them with. */
function checkOrchestrator({ orchestrator }: Draft): readonly Issue[] {
  try {
    parseSettings(orchestrator, { defaultThreads: 1 });
    return [];
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    const issues = error.details['issues'] as readonly Issue[];
    return issues.map((issue) => ({ ...issue, path: `orchestrator.${issue.path}` }));
  }
}

function moduleUrl<Name extends string>(
  name: Name,
  path: string | undefined,
): { readonly [Key in Name]?: string } {
  if (path === undefined) return {};
  return { [name]: pathToFileURL(path).href } as { readonly [Key in Name]?: string };
}
