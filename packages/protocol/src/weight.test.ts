import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('the main entry loads neither zod nor a module of Node, so that a worker starts quickly', () => {
  const code = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
    await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
    console.log(JSON.stringify(loaded));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const loaded: unknown = JSON.parse(stdout);
  expect(loaded).toContainEqual(expect.stringMatching(/\/src\/errors\.ts$/));
  expect(loaded).not.toContainEqual(expect.stringMatching(/^node:|\/parse\/|\/zod\//));
});
