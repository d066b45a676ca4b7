import { expect, test } from 'vitest';
import { runNode } from '@waybill/testkit';

const file = new URL('main.ts', import.meta.url);
const secret = 'hunter2-hunter2-hunter2-hunter2-hunter2';

function waybill(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return runNode({ file }, { args, env });
}

test('--help names every key and every exit code', async () => {
  const { code, stdout } = await waybill(['--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/listen\.port .*\n +WAYBILL_LISTEN_PORT\n/);
  expect(stdout).toContain('Exit code: 0');
});

test('--check prints the configuration without its secrets', async () => {
  const { code, stdout, stderr } = await waybill(['--check'], { WAYBILL_CONTEXT_KEYS: secret });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ contextKeys: ['[secret]'], listen: { port: 8478 } });
});

test('everything that is wrong with a configuration is a line each, and exit code 2', async () => {
  const env = { WAYBILL_LISTEN_PORT: 'x', WAYBILL_CONTEXT_KEYS: 'hunter2' };
  const { code, stdout, stderr } = await waybill([], env);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr.trim().split('\n')).toEqual([
    'waybill: ERR_WAYBILL_INVALID_CONFIG: listen.port: expected an integer from 0 to 65535, got "x"',
    'contextKeys[0]: expected at least 32 characters, got text of 7 characters',
  ]);
});

test('an option that is called as a key of the configuration is refused with the variable of it', async () => {
  const { code, stderr } = await waybill(['--port', 'abc']);
  expect(code).toBe(2);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain('(listen.port is set by WAYBILL_LISTEN_PORT)');
});

test('a wrong key is named with the right one, and exit code 2, where it is only checked, too', async () => {
  const { code, stdout, stderr } = await waybill(['--check'], {
    WAYBILL_AUTH_JWT: '{"isuer":"x"}',
  });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('did you mean "issuer"?');
});

test('a wrong option is one line, and exit code 2', async () => {
  const { code, stderr } = await waybill(['--prot', '1']);
  expect(code).toBe(2);
  expect(stderr).toBe(
    "waybill: ERR_WAYBILL_INVALID_CONFIG: options: expected those that --help names, got Unknown option '--prot'\n",
  );
});
