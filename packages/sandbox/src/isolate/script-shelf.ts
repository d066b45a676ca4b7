import type { CodeCache } from './code-cache.ts';
import type { ExternalCopy, Isolate, Script } from './ivm.ts';

/** Source that becomes a script. */
export interface ScriptSource {
  readonly text: string;
  /** Its name in stacks. */
  readonly filename: string;
  /** Characters before the source's own first line starts. */
  readonly prefixLength: number;
}

/** Compiled modules that one isolate keeps: they take room in its heap, which its guests are charged for. */
const keptScripts = 64;

/** The compiled modules of one isolate: each is compiled once for all realms in it, as long as it is in use. */
export class ScriptShelf {
  readonly #isolate: Isolate;
  readonly #codeCache: CodeCache;
  readonly #scripts: Map<string, Promise<Script>> = new Map();

  constructor(isolate: Isolate, codeCache: CodeCache) {
    this.#isolate = isolate;
    this.#codeCache = codeCache;
  }

  /** @param owner - the tenant and the hash of the program that the module is of */
  compile(owner: string, source: ScriptSource): Promise<Script> {
    const key = `${owner}\n${source.filename}`;
    const known = this.#scripts.get(key);
    if (known !== undefined) {
      this.#scripts.delete(key);
      this.#scripts.set(key, known);
      return known;
    }
    const compiled = this.#compile(key, source);
    this.#scripts.set(key, compiled);
    compiled.catch(() => this.#scripts.delete(key));
    this.#dropUnused();
    return compiled;
  }

  clear(): void {
    this.#scripts.clear();
  }

  // Not released: whoever was given a script may be about to run it. The addon frees it when nobody holds it.
  #dropUnused(): void {
    for (const oldest of this.#scripts.keys()) {
      if (this.#scripts.size <= keptScripts) return;
      this.#scripts.delete(oldest);
    }
  }

  async #compile(key: string, { text, filename, prefixLength }: ScriptSource): Promise<Script> {
    const gains = this.#codeCache.accepts(text);
    const cachedData = gains ? this.#codeCache.get(key) : undefined;
    const produceCachedData = gains && cachedData === undefined;
    const script = await this.#isolate.compileScript(text, {
      filename,
      // Not a minus sign in front: of 0 it would make -0, which the addon takes for no whole number.
      columnOffset: 0 - prefixLength,
      ...(cachedData === undefined ? {} : { cachedData }),
      ...(produceCachedData ? { produceCachedData } : {}),
    });
    // The addon puts the cache on the script, which its types do not say.
    const { cachedData: made } = script as Script & { cachedData?: ExternalCopy<ArrayBuffer> };
    if (produceCachedData && made !== undefined) this.#codeCache.set(key, text, made);
    return script;
  }
}
