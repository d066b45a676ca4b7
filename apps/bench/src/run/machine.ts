import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** A machine whose load is over this share of its cores does something else as well. */
const busyLoadShare = 0.5;

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Says what the numbers were measured on, and with which versions. Call it before the load begins. */
export function describeMachine(): Readonly<Record<string, string>> {
  const cores = availableParallelism();
  const [load = 0] = loadavg();
  const isBusy = load > cores * busyLoadShare;
  const commit = readCommit(new URL('../../../../.git/', import.meta.url));
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: `${cores} of ${cpus().length} may be used`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    platform: `${process.platform} ${process.arch}, kernel ${release()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    ...supplierVersions(),
    ...(commit !== undefined && { commit }),
    load: `${load.toFixed(2)} over the minute before`,
    ...(isBusy && {
      busy: 'yes: the machine did something else as the run began, so its numbers are worse and spread wider than they would be',
    }),
  };
}

/** Versions of what is measured, as far as it is installed. */
function supplierVersions(): Readonly<Record<string, string>> {
  const own = readManifest(new URL('../../package.json', import.meta.url));
  const names = Object.keys({ ...own.dependencies, ...own.optionalDependencies });
  const suppliers = names.filter((name) => !name.startsWith('@waybill/'));
  return Object.fromEntries(suppliers.map((name) => [name, versionOf(name)]));
}

function versionOf(name: string): string {
  try {
    const file = findPackageJSON(name, import.meta.url);
    if (file !== undefined) return readManifest(file).version ?? 'unknown';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
  }
  return 'not installed';
}

function readManifest(file: string | URL): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
}

/** The commit that is checked out, where the sources come from a repository. */
function readCommit(repository: URL): string | undefined {
  const head = readText(new URL('HEAD', repository));
  const branch = head?.match(/^ref: (.+)$/)?.[1];
  if (head === undefined || branch === undefined) return head;
  const packed = readText(new URL('packed-refs', repository))
    ?.split('\n')
    .find((line) => line.endsWith(` ${branch}`));
  return readText(new URL(branch, repository)) ?? packed?.split(' ')[0];
}

function readText(file: URL): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw error;
  }
}
