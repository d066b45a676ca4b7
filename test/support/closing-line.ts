import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with one plain line that people and machines read: `tests: 7 passed, 0 failed, 1 skipped`. */
export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      const failedBefore = count.failed;
      for (const test of module.children.allTests()) count[test.result().state] += 1;
      // A file that breaks before its first test (import error, failed hook) has no failed test to count.
      if (!module.ok() && count.failed === failedBefore) count.failed += 1;
    }
    const { passed, failed, skipped, pending } = count;
    // On exit, because other reporters still print after this event.
    process.once('exit', () => {
      process.stdout.write(
        `tests: ${passed} passed, ${failed} failed, ${skipped + pending} skipped\n`,
      );
    });
  }
}
