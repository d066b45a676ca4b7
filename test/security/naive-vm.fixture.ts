import { createContext, runInContext } from 'node:vm';
import { writeSync } from 'node:fs';
import { makeHostFunctions } from './host-functions.ts';
import type { HostileProgram } from './program.ts';

// A sandbox as it should not be made: a context of `node:vm` that is handed objects of the host.
const program = JSON.parse(process.argv[2] ?? '') as HostileProgram;

const who = (): string => 'hostile';
const functions = Object.entries(makeHostFunctions(who)).map(([name, fn]) => [
  name,
  async (...args: never[]) => fn(...args),
]);
const host = { ...Object.fromEntries(functions), away: { who } };
const environment = {
  host,
  context: { get: (name: string) => ({ tenant: 'hostile' })[name], names: ['tenant'] },
  signal: new AbortController().signal,
  log: (...words: unknown[]) => void words.map(String),
};

async function run(): Promise<object> {
  const context = createContext({ ...environment, console, setTimeout, setInterval, clearTimeout });
  const script = program.source.replace(/^export default /m, 'globalThis.entry = ');
  runInContext(script, context, { timeout: 300 });
  const value: unknown = await context['entry'](program.input, environment);
  return { value: JSON.parse(JSON.stringify(value ?? null)) as unknown };
}

const ended = await run().catch((error: unknown) => ({
  code: 'ERR_WAYBILL_GUEST_THREW',
  message: String(error),
}));
// On a line of its own: guests may print.
writeSync(1, `\n${JSON.stringify(ended)}`);
process.exit();
