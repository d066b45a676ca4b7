import { expect, test } from 'vitest';
import { type Manifest, readFiles, readManifests } from './repository.ts';

const packages = readManifests('packages/*/package.json');
const [workspace] = readManifests('package.json');
const published = packages.filter((manifest) => !manifest.private);

interface Tsconfig {
  readonly exclude?: readonly string[];
  readonly references?: readonly { readonly path: string }[];
}

function tsconfigOf({ path }: Manifest): Tsconfig {
  const [file] = readFiles(path.replace('package.json', 'tsconfig.json'));
  return JSON.parse(file?.text ?? '{}') as Tsconfig;
}

test.each(published)('$name publishes the built form of exactly what it exports', (manifest) => {
  const built = Object.entries(manifest.exports ?? {}).map(([door, source]) => {
    const file = source.replace('./src/', './dist/').replace(/\.ts$/, '');
    return [door, { types: `${file}.d.ts`, default: `${file}.js` }];
  });
  expect(manifest.publishConfig?.exports).toEqual(Object.fromEntries(built));
});

test.each(published)('$name asks for the same Node.js and has the same license', (manifest) => {
  expect(manifest.engines).toEqual(workspace?.engines);
  expect(manifest.license).toBe(workspace?.license);
});

test.each(published)('$name is checked as its users get it, and packs no test', (manifest) => {
  expect(manifest.scripts).toMatchObject({
    build: 'tsc -p tsconfig.json',
    'check:package': 'node ../../scripts/check-package.ts',
  });
  expect(manifest.files).toEqual([
    'dist',
    'src',
    '!dist/.tsbuildinfo',
    '!src/**/*.test.ts',
    '!src/**/*.fixture.ts',
  ]);
});

test.each(packages)('$name builds no test', (manifest) => {
  expect(tsconfigOf(manifest).exclude).toEqual(['src/**/*.test.ts', 'src/**/*.fixture.ts']);
});

test.each(packages)('$name references the packages it depends on in its tsconfig', (manifest) => {
  const { references = [] } = tsconfigOf(manifest);
  const depended = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    .filter((name) => name.startsWith('@waybill/'))
    .map((name) => name.replace('@waybill/', '../'));
  expect(references.map(({ path }) => path).toSorted()).toEqual(depended.toSorted());
});

test('every supplier has its version in the catalog', () => {
  const manifests = readManifests(
    'package.json',
    '{packages,apps}/*/package.json',
    'test/package.json',
  );
  const wrong = manifests.flatMap(({ path, dependencies, optionalDependencies, devDependencies }) =>
    Object.entries({ ...dependencies, ...optionalDependencies, ...devDependencies })
      .filter(
        ([name, version]) =>
          version !== (name.startsWith('@waybill/') ? 'workspace:*' : 'catalog:'),
      )
      .map(([name, version]) => `${path}: ${name}@${version}`),
  );
  expect(wrong).toEqual([]);
});
