import { expect, test } from 'vitest';
import { describeConfig, redactConfig } from './describe-config.ts';
import { configKeys } from './keys.ts';
import { loadConfig } from './load-config.ts';

test('every key is described with its environment variable', () => {
  const text = describeConfig();
  for (const { path, variable, schema } of configKeys) {
    expect(text).toContain(`  ${path.join('.')} `);
    expect(text).toContain(` ${variable}\n`);
    expect(schema['description'], path.join('.')).toEqual(expect.any(String));
  }
});

test('no two keys have the same environment variable', () => {
  const variables = configKeys.map(({ variable }) => variable);
  expect(new Set(variables).size).toBe(variables.length);
});

test('the configuration is shown without its secrets', async () => {
  const config = await loadConfig({
    environment: {
      DATABASE_URL: 'postgres://user:hunter2hunter2@db/waybill?password=hunter2&sslkey=x',
      WAYBILL_CONTEXT_KEYS: 'hunter2hunter2hunter2hunter2hunter2',
    },
  });
  const shown = JSON.stringify(redactConfig(config));
  expect(shown).not.toContain('hunter2');
  expect(shown).toContain('postgres://user:[secret]@db/waybill?…');
  expect(shown).toContain('"contextKeys":["[secret]"]');
  expect(config.contextKeys[0]).toContain('hunter2');
});
