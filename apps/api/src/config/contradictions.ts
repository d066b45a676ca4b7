import { existsSync } from 'node:fs';
import type { Issue } from '@waybill/protocol/parse';
import { isLoopback } from '../auth/loopback.ts';
import type { Config } from './config.ts';

/** Finds what is wrong with values that are right each by itself; paths of modules are not URLs yet. */
export function findContradictions(config: Config): readonly Issue[] {
  return [
    ...missingContextKeys(config),
    ...unguarded(config),
    ...missingModule('hostFunctions', config.hostFunctions),
    ...missingModule('workerHostFunctions', config.workerHostFunctions),
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

function missingModule(key: string, path: string | undefined): readonly Issue[] {
  if (path === undefined || existsSync(path)) return [];
  return [{ path: key, expected: 'the path of a file', got: `${path}, where there is none` }];
}
