import { type DeployedFunction, defaultLimits } from '@waybill/protocol';
import { expect, test } from 'vitest';
import { FunctionRegistry } from './function-registry.ts';

const deployed = (name: string, tenant = 'acme'): DeployedFunction => ({
  name,
  tenant,
  program: { source: `// ${name}`, sourceType: 'module', modules: [] },
  limits: { cpuMs: 7 },
  rerunnable: false,
});
const notFound = expect.objectContaining({ code: 'ERR_WAYBILL_FUNCTION_NOT_FOUND' });

test('a function is found by its tenant and name, and its program by its key', () => {
  const registry = new FunctionRegistry(defaultLimits);
  const added = registry.add(deployed('f'));
  expect(registry.find('acme', 'f')).toBe(added);
  expect(registry.program(added.key)).toEqual({
    program: added.deployed.program,
    limits: { ...defaultLimits, cpuMs: 7 },
  });
  expect(() => registry.find('globex', 'f')).toThrow(notFound);
});

test('a tenant has one function of a name, and another tenant may have its own', () => {
  const registry = new FunctionRegistry(defaultLimits);
  registry.add(deployed('f'));
  registry.add(deployed('f', 'globex'));
  expect(() => registry.add(deployed('f'))).toThrow(
    expect.objectContaining({
      code: 'ERR_WAYBILL_DUPLICATE_NAME',
      details: { tenant: 'acme', name: 'f' },
    }),
  );
});

test('a function deployed anew has another key', () => {
  const registry = new FunctionRegistry(defaultLimits);
  const old = registry.add(deployed('f'));
  registry.remove(old);
  const fresh = registry.add(deployed('f'));
  expect(fresh.key).not.toBe(old.key);
  expect(() => registry.program(old.key)).toThrow(notFound);
});

test('removing is done once, and never takes out a later function of the same name', () => {
  const registry = new FunctionRegistry(defaultLimits);
  const old = registry.add(deployed('f'));
  expect(registry.remove(old)).toBe(true);
  const fresh = registry.add(deployed('f'));
  expect(registry.remove(old)).toBe(false);
  expect(registry.find('acme', 'f')).toBe(fresh);
});
