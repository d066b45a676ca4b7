import type { Config } from '../config/config.ts';
import type { RunningService } from '../start-service.ts';

const body = JSON.stringify({
  source: 'export default (name) => `hello ${name}`',
  input: 'Ann',
});

/** Says in a few lines where a service is and how to try it: the request can be pasted into a shell as it stands. */
export async function greeting(
  { url, isOpen }: Pick<RunningService, 'url' | 'isOpen'>,
  { database, dataFolder, docs }: Pick<Config, 'database' | 'dataFolder' | 'docs'>,
): Promise<string> {
  const kept =
    database.url === undefined
      ? `Jobs are kept in ${dataFolder}: safe if this process is killed, not if the machine loses power.`
      : 'Jobs are kept in PostgreSQL.';
  const credentials = (await isOpen()) ? [] : [`  -H "authorization: Bearer $WAYBILL_TOKEN" \\`];
  return [
    `Waybill listens at ${url}`,
    kept,
    ...(docs === 'off' ? [] : [`Reference: ${url}/docs`]),
    'Try it:',
    '',
    `  curl -s ${url}/v1/run -H 'content-type: application/json' \\`,
    ...credentials,
    `    -d '${body}'`,
    '',
    '',
  ].join('\n');
}
