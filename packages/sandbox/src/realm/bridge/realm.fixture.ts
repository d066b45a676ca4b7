import { fileURLToPath } from 'node:url';
import { type Context, constants, createContext, runInContext } from 'node:vm';
import type { WaybillError } from '@waybill/protocol';
import { type RunNodeResult, runNode } from '@waybill/testkit';
import type { RealmBridgeOptions } from './bridge-options.ts';
import { type RealmBridge, openRealmBridge } from './realm-bridge.ts';

/** A fresh context with a microtask queue of its own. */
export function makeContext(): Context {
  return createContext(constants.DONT_CONTEXTIFY, { microtaskMode: 'afterEvaluate' });
}

/** A realm with its bridge. */
export class TestRealm implements Disposable {
  readonly context: Context = makeContext();
  readonly bridge: RealmBridge;

  constructor(options: RealmBridgeOptions = {}) {
    this.bridge = openRealmBridge(this.context, options);
  }

  /** Evaluates a script; its microtasks run at its end. */
  run(source: string): unknown {
    return runInContext(source, this.context, { timeout: 1_000, filename: 'guest.js' });
  }

  /** Defines globals of the guest. */
  give(globals: Readonly<Record<string, unknown>>): void {
    Object.assign(this.context, globals);
  }

  /** Starts an async function of the guest, which runs by itself up to its first await. */
  start(body: string): unknown {
    return (this.run(`(async () => { ${body} })`) as () => unknown)();
  }

  /** What an async function of the guest gives, through the bridge. */
  value(body: string): Promise<unknown> {
    return this.bridge.toHost(this.start(body));
  }

  /** What it fails with. */
  async error(body: string): Promise<WaybillError> {
    const value = await this.value(body).catch((error: unknown) => ({ error }));
    return (value as { error: WaybillError }).error;
  }

  [Symbol.dispose](): void {
    this.bridge.dispose();
  }
}

/** Runs a program beside this file in its own process; what it imports from here resolves as it does here. */
export function runHere(code: string, nodeArgs: readonly string[] = []): Promise<RunNodeResult> {
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  return runNode({ code }, { cwd, nodeArgs: ['--no-warnings', ...nodeArgs] });
}
