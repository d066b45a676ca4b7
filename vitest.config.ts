import { configDefaults, defineConfig } from 'vitest/config';
import { ClosingLine } from './test/support/closing-line.ts';

/** Measures what a guest gets on a machine that this very test makes busy. */
const busyMachine = 'packages/sandbox/src/isolate/busy-machine.test.ts';

/** Hostile requests to the service: other suites may run beside them. */
const hostileRequests = 'test/security/{api-*,durable-hostile}.test.ts';

export default defineConfig({
  test: {
    // A native crash of an isolate ends one fork, not the run.
    pool: 'forks',
    // Node imports the sources itself, as it does in production.
    experimental: { viteModuleRunner: false },
    retry: 0,
    reporters: ['default', ['junit', { outputFile: '.reports/junit.xml' }], new ClosingLine()],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.d.ts'],
      reportsDirectory: '.reports/coverage',
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{packages,apps}/*/src/**/*.test.ts'],
          exclude: [...configDefaults.exclude, busyMachine],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          // What guests see and what becomes of jobs, once more on the other engine.
          name: 'realm',
          include: [
            'packages/sandbox/src/{kit,job,program}/**/*.test.ts',
            'packages/sandbox/src/*.test.ts',
          ],
          env: { WAYBILL_TEST_ENGINE: 'realm' },
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: ['test/!(security|chaos)/**/*.test.ts', hostileRequests],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'hostile',
          include: ['test/{security,chaos}/**/*.test.ts', busyMachine],
          exclude: [...configDefaults.exclude, hostileRequests],
          testTimeout: 30_000,
          // Apart from all others and one file at a time: they judge how long harmless jobs take beside hostile ones.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
