import type { TransformedModule } from '../program/transform-module.ts';
import type { CodeCache } from './code-cache.ts';
import type { ExternalCopy, Isolate, Script } from './ivm.ts';

/** The compiled modules of one isolate: each is compiled once for all realms in it. */
export class ScriptShelf {
  readonly #isolate: Isolate;
  readonly #codeCache: CodeCache;
  readonly #scripts: Map<string, Promise<Script>> = new Map();

  constructor(isolate: Isolate, codeCache: CodeCache) {
    this.#isolate = isolate;
    this.#codeCache = codeCache;
  }

  /** @param owner - the tenant and the hash of the program that the module is of */
  compile(owner: string, module: TransformedModule): Promise<Script> {
    const key = `${owner}\n${module.shape.specifier}`;
    const known = this.#scripts.get(key);
    if (known !== undefined) return known;
    const compiled = this.#compile(key, module);
    this.#scripts.set(key, compiled);
    compiled.catch(() => this.#scripts.delete(key));
    return compiled;
  }

  clear(): void {
    this.#scripts.clear();
  }

  async #compile(key: string, { text, shape, prefixLength }: TransformedModule): Promise<Script> {
    const gains = this.#codeCache.accepts(text);
    const cachedData = gains ? this.#codeCache.get(key) : undefined;
    const produceCachedData = gains && cachedData === undefined;
    const script = await this.#isolate.compileScript(text, {
      filename: `waybill:${shape.specifier}`,
      columnOffset: -prefixLength,
      ...(cachedData === undefined ? {} : { cachedData }),
      ...(produceCachedData ? { produceCachedData } : {}),
    });
    // The addon puts the cache on the script, which its types do not say.
    const { cachedData: made } = script as Script & { cachedData?: ExternalCopy<ArrayBuffer> };
    if (produceCachedData && made !== undefined) this.#codeCache.set(key, made);
    return script;
  }
}
