import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode } from '@waybill/testkit';

/** A program as a test writes it: the main module's source and the others by specifier. */
export interface ModuleGraph {
  readonly main: string;
  readonly modules: Readonly<Record<string, string>>;
}

const runner = `
  import { SourceTextModule, createContext } from 'node:vm';
  import { readFileSync } from 'node:fs';
  const graphs = JSON.parse(readFileSync(process.argv.at(-1), 'utf8'));
  const nameOf = (specifier) => specifier.replace(/^\\.\\//, '');
  async function evaluate({ main, modules }) {
    const context = createContext({});
    const made = new Map();
    const moduleFor = (name) => {
      if (!made.has(name)) made.set(name, new SourceTextModule(name === 'main' ? main : modules[name], {
        identifier: name,
        context,
        initializeImportMeta: (meta) => { meta.url = 'waybill:' + name; },
        importModuleDynamically: async (specifier) => {
          const module = moduleFor(nameOf(specifier));
          if (module.status === 'unlinked') await module.link((next) => moduleFor(nameOf(next)));
          await module.evaluate();
          return module;
        },
      }));
      return made.get(name);
    };
    try {
      const module = moduleFor('main');
      await module.link((specifier) => moduleFor(nameOf(specifier)));
      await module.evaluate();
      return { value: await module.namespace.default() ?? null };
    } catch (error) {
      return { error: error.name };
    }
  }
  const results = [];
  for (const graph of graphs) results.push(await evaluate(graph));
  process.stdout.write(JSON.stringify(results));
`;

/** What Node itself makes of module graphs: the JSON of each default export's result, or the error's name. */
export async function evaluateNatively(
  graphs: readonly ModuleGraph[],
): Promise<readonly { value?: unknown; error?: string }[]> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-modules-'));
  try {
    const input = join(folder, 'graphs.json');
    await writeFile(input, JSON.stringify(graphs));
    const { stdout, stderr } = await runNode(
      { code: runner },
      { args: [input], nodeArgs: ['--experimental-vm-modules', '--no-warnings'] },
    );
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as { value?: unknown; error?: string }[];
  } finally {
    await rm(folder, { recursive: true });
  }
}
