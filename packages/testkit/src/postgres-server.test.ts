import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { postgresQuery } from './postgres-query.ts';
import { startPostgres } from './postgres-server.ts';
import { runNode } from './run-node.ts';
import { until } from './until.ts';

const folderOf = (url: string): string => new URL(url).searchParams.get('host') ?? '';
const socketOf = (url: string): string => `${folderOf(url)}/.s.PGSQL.5432`;

test('a server that was killed keeps what was committed, and nothing is left of one that is disposed', async () => {
  let folder = '';
  {
    await using server = await startPostgres();
    folder = folderOf(server.url);
    const socket = socketOf(server.url);
    await postgresQuery(socket, 'CREATE TABLE kept (id int)');
    await server.kill();
    await expect(postgresQuery(socket, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
    await server.restart();
    await postgresQuery(socket, 'INSERT INTO kept VALUES (1)');
    await server.restart();
    await expect(postgresQuery(socket, 'SELECT 1 / (count(*) - 1) FROM kept')).rejects.toThrow(
      'PostgreSQL refused: division by zero',
    );
    expect(await server.createDatabase()).not.toBe(await server.createDatabase());
  }
  expect(existsSync(folder)).toBe(false);
});

test('a server does not outlive the process that started it', async () => {
  const code = `
    import { startPostgres } from ${JSON.stringify(new URL('./postgres-server.ts', import.meta.url))};
    const server = await startPostgres();
    process.stdout.write(server.url, () => process.kill(process.pid, 'SIGKILL'));`;
  const { signal, stdout } = await runNode({ code });
  expect(signal).toBe('SIGKILL');
  expect(existsSync(folderOf(stdout))).toBe(true);
  await until(() => !existsSync(folderOf(stdout)), { limitMs: 10_000 });
  await expect(postgresQuery(socketOf(stdout), 'SELECT 1')).rejects.toThrow('ENOENT');
});
