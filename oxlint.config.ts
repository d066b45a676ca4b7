import { defineConfig } from 'oxlint';
import { appLayers, layers, testLayer, type Layer } from './test/repo/layers.ts';

const every = packagesOf(...Object.values(layers), ...Object.values(appLayers), testLayer);

function packagesOf(...rows: readonly Layer[]): Set<string> {
  return new Set(
    rows.flatMap(({ waybill, suppliers, measured = [] }) => [
      ...waybill.map((door) => `@waybill/${door.split('/', 1)[0]}`),
      ...suppliers,
      ...measured,
    ]),
  );
}

/** Turns rows of the layers table into the lint rule that shows a wrong import while it is typed. */
function onlyImports(...rows: readonly Layer[]): ['error', object] {
  const wrong = [...every.difference(packagesOf(...rows))].join('|');
  const message = "Not in this package's row of test/repo/layers.ts.";
  return ['error', { patterns: [{ regex: `^(${wrong})($|/)`, message }] }];
}

const folders = [
  ...Object.entries(layers).map(([name, layer]) => [`packages/${name}`, layer] as const),
  ...Object.entries(appLayers).map(([name, layer]) => [`apps/${name}`, layer] as const),
];

const layering = folders.flatMap(([folder, layer]) => [
  {
    files: [`${folder}/src/**/*.ts`],
    rules: { 'no-restricted-imports': onlyImports(layer) },
  },
  {
    files: [`${folder}/src/**/*.{test,fixture}.ts`],
    rules: { 'no-restricted-imports': onlyImports(layer, testLayer) },
  },
]);

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'node', 'promise'],
  categories: { correctness: 'error', suspicious: 'error' },
  rules: {
    'import/no-cycle': ['error', { ignoreTypes: true }],
    'import/no-default-export': 'error',
    'import/no-mutable-exports': 'error',
    // fast-check's own documentation, and everybody's code after it, says `fc.assert`.
    'import/no-named-as-default-member': 'off',
    'import/no-unassigned-import': 'off',
    'max-depth': ['error', 3],
    'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
    'max-params': ['error', 3],
    'no-empty': ['error', { allowEmptyCatch: false }],
    'typescript/await-thenable': 'error',
    'typescript/ban-ts-comment': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-non-null-assertion': 'error',
    // Where data is parsed, an assertion after a check is the honest form; review watches the rest.
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/only-throw-error': 'error',
    'typescript/return-await': ['error', 'in-try-catch'],
    'typescript/switch-exhaustiveness-check': [
      'error',
      { considerDefaultExhaustiveForUnions: true },
    ],
    // A job's cancel and close paths use `.then(a, b)` on purpose: `.catch` after `.then` would also see a's throw.
    'promise/always-return': 'off',
    // A helper stands where it is used.
    'unicorn/consistent-function-scoping': 'off',
  },
  overrides: [
    ...layering,
    {
      files: ['**/*.{test,fixture}.ts'],
      rules: {
        'max-lines-per-function': 'off',
        // `await using _leaks = ...` holds what nobody reads.
        'no-underscore-dangle': 'off',
      },
    },
    {
      // The kit reaches a realm as the source text of these functions: what belongs together stands inside one of
      // them, and functions are taken from their prototypes before a guest can replace them.
      files: ['packages/sandbox/src/kit/**', 'packages/protocol/src/parcel/**'],
      rules: {
        'max-lines-per-function': 'off',
        'max-params': 'off',
        'typescript/unbound-method': 'off',
      },
    },
    // What a tool, or Waybill, loads by its path is a default export.
    {
      files: ['*.config.ts', 'apps/*/rules/**/*.js'],
      rules: { 'import/no-default-export': 'off' },
    },
  ],
  ignorePatterns: ['**/dist/**', '.toolchain/**'],
});
