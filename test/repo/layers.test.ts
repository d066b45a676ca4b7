import { expect, test } from 'vitest';
import { appLayers, layers, testLayer, type Layer } from './layers.ts';
import { readFiles, readManifests, type RepositoryFile } from './repository.ts';

const IMPORT =
  /^(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?['"]([^'"]+)['"]|\b(?:import|import\.meta\.resolve)\(\s*['"]([^'"]+)['"]/gm;

function layerOf(path: string): Layer {
  const [area, name = ''] = path.split('/');
  const layer = (area === 'apps' ? appLayers : layers)[name];
  if (!layer) throw new Error(`${area}/${name} has no row in test/repo/layers.ts.`);
  return layer;
}

function foreignImports({ path, text }: RepositoryFile): string[] {
  const isShipped = /\/src\/.*(?<!\.test|\.fixture)\.ts$/.test(path);
  const rows = isShipped ? [layerOf(path)] : [layerOf(path), testLayer];
  const own = `@waybill/${path.split('/')[1]}`;
  return [...text.matchAll(IMPORT)]
    .map((match) => match[1] ?? match[2] ?? '')
    .filter((specifier) => !/^(\.|node:|#)/.test(specifier) && !isWithin(specifier, own))
    .filter((specifier) => !rows.some((row) => allows(row, specifier)))
    .map((specifier) => `${path} imports ${specifier}`);
}

function allows(layer: Layer, specifier: string): boolean {
  return [...layer.waybill.map((door) => `@waybill/${door}`), ...suppliersOf(layer)].some((name) =>
    isWithin(specifier, name),
  );
}

function suppliersOf({ suppliers, measured = [] }: Layer): readonly string[] {
  return [...suppliers, ...measured];
}

function isWithin(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(`${name}/`);
}

test('every import statement stays within the row of its package', () => {
  const files = readFiles('packages/*/{src,examples}/**/*.ts', 'apps/*/src/**/*.ts');
  expect(files.flatMap(foreignImports)).toEqual([]);
});

test('every manifest depends on nothing outside the row of its package', () => {
  const wrong = readManifests('packages/*/package.json', 'apps/*/package.json').flatMap(
    (manifest) => {
      const layer = layerOf(manifest.path);
      const doors = layer.waybill.map((door) => `@waybill/${door.split('/', 1)[0]}`);
      const { dependencies, optionalDependencies, peerDependencies } = manifest;
      return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
        .filter((name) => !doors.includes(name) && !suppliersOf(layer).includes(name))
        .map((name) => `${manifest.path} depends on ${name}`);
    },
  );
  expect(wrong).toEqual([]);
});

test('what only tests need is a development dependency', () => {
  const wrong = readManifests('packages/*/package.json').flatMap((manifest) =>
    Object.keys(manifest.devDependencies ?? {})
      .filter((name) => !allows(testLayer, name) && !name.startsWith('@types/'))
      // What its user brings, where he wants it, has to be there for its tests.
      .filter((name) => !Object.hasOwn(manifest.peerDependencies ?? {}, name))
      .map((name) => `${manifest.path} has the development dependency ${name}`),
  );
  expect(wrong).toEqual([]);
});

test('a supplier has exactly one importing package', () => {
  const rows = [...Object.values(layers), ...Object.values(appLayers)];
  const suppliers = rows.flatMap((layer) => layer.suppliers);
  expect(suppliers).toEqual([...new Set(suppliers)]);
});

test('a package imports only packages from rows above its own', () => {
  const names = Object.keys(layers);
  for (const [index, [name, layer]] of Object.entries(layers).entries()) {
    for (const door of layer.waybill) {
      expect(names.slice(0, index), `${name} imports ${door}`).toContain(door.split('/', 1)[0]);
    }
  }
});

test('every package folder has a row, and every row a folder', () => {
  const foldersOf = (area: string): (string | undefined)[] =>
    readManifests(`${area}/*/package.json`).map(({ path }) => path.split('/')[1]);
  expect(foldersOf('packages')).toEqual(Object.keys(layers).toSorted());
  expect(foldersOf('apps')).toEqual(Object.keys(appLayers).toSorted());
});
