import { type Dirent, globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** The folder that holds the workspace, with a trailing separator. */
export const root: string = join(import.meta.dirname, '..', '..') + sep;

/** What is made by tools and never part of a commit. */
const GENERATED = new Set([
  '.cache',
  '.git',
  '.reports',
  '.toolchain',
  '.turbo',
  'coverage',
  'dist',
  'node_modules',
]);

/** One file of the repository. */
export interface RepositoryFile {
  /** Path from the root, with `/` between folders. */
  readonly path: string;
  readonly text: string;
}

/** Reads every file that matches one of `patterns`, generated files left out, in the order of their paths. @throws Error when there is none. */
export function readFiles(...patterns: readonly string[]): RepositoryFile[] {
  const files = globSync(patterns, { cwd: root, exclude: isGenerated, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
  // A rule that reads nothing would hold for ever.
  if (files.length === 0) throw new Error(`No file matches ${patterns.join(' or ')}.`);
  return files;
}

function isGenerated(entry: Dirent): boolean {
  return GENERATED.has(entry.name);
}

/** What the repo tests read of a package.json. */
export interface Manifest {
  readonly path: string;
  readonly name: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly files?: readonly string[];
  readonly engines?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string>>;
  readonly publishConfig?: {
    readonly exports: Readonly<
      Record<string, { readonly types: string; readonly default: string }>
    >;
  };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Reads every package.json that matches one of `patterns`. */
export function readManifests(...patterns: readonly string[]): Manifest[] {
  return readFiles(...patterns).map(({ path, text }) => ({
    path,
    ...(JSON.parse(text) as Omit<Manifest, 'path'>),
  }));
}

/** One line that a rule objects to, as `path:line: text`. */
export function linesMatching(files: readonly RepositoryFile[], pattern: RegExp): string[] {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 120)}`] : [],
      ),
  );
}
