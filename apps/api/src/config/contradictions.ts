import { existsSync } from 'node:fs';
import { type Limits, defaultLimits, limitTable } from '@waybill/protocol';
import type { Issue } from '@waybill/protocol/parse';
import { isLoopback } from '../auth/loopback.ts';
import type { Config } from './config.ts';

const limitNames = Object.keys(limitTable) as (keyof Limits)[];

/** Finds what is wrong with values that are right each by itself; paths of modules are not URLs yet. */
export function findContradictions(config: Config): readonly Issue[] {
  return [
    ...missingContextKeys(config),
    ...unguarded(config),
    ...unsafeKeySet(config),
    ...missingModule('hostFunctions', config.hostFunctions),
    ...missingModule('workerHostFunctions', config.workerHostFunctions),
    ...passedMaxLimits(config),
  ];
}

function missingContextKeys({ database, contextKeys }: Config): readonly Issue[] {
  if (database.url === undefined || contextKeys.length > 0) return [];
  const expected =
    'at least one secret of 32 characters or more with database.url, the same in all processes';
  return [{ path: 'contextKeys', expected, got: 'none' }];
}

// Whether there are keys where they are accepted, only the database knows: that is checked at the start.
function unguarded({ listen, auth }: Config): readonly Issue[] {
  if (isLoopback(listen.host) || auth.keys || auth.jwt !== undefined) return [];
  const expected = 'a loopback address as long as neither auth.keys nor auth.jwt gives credentials';
  return [{ path: 'listen.host', expected, got: JSON.stringify(listen.host) }];
}

// In the clear, whoever is on the way could put keys of his own there; and what stands in an address is shown with it.
function unsafeKeySet({ auth }: Config): readonly Issue[] {
  const text = auth.jwt?.jwksUrl;
  if (text === undefined) return [];
  const path = 'auth.jwt.jwksUrl';
  const expected = 'an https: URL without credentials, or http: on this machine';
  if (!URL.canParse(text)) return [{ path, expected, got: 'what is no URL' }];
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return [{ path, expected, got: 'one with credentials' }];
  if (protocol === 'https:' || isLoopback(hostname.replace(/^\[(.*)\]$/, '$1'))) return [];
  return [{ path, expected, got: `http: on ${hostname}` }];
}

// A job that asks for nothing would get more than one may ask for.
function passedMaxLimits({ maxLimits, orchestrator }: Config): readonly Issue[] {
  return limitNames.flatMap((name) => {
    const given = orchestrator.limits?.[name] ?? defaultLimits[name];
    if (given <= maxLimits[name]) return [];
    const expected = `at least orchestrator.limits.${name}, which is ${given}`;
    return [{ path: `maxLimits.${name}`, expected, got: String(maxLimits[name]) }];
  });
}

function missingModule(key: string, path: string | undefined): readonly Issue[] {
  if (path === undefined || existsSync(path)) return [];
  return [{ path: key, expected: 'the path of a file', got: `${path}, where there is none` }];
}
