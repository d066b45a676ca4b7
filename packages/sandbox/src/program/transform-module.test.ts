import { expect, test } from 'vitest';
import { transformModule } from './transform-module.ts';

const many = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join('');

const messageOf = (source: string): string => {
  try {
    transformModule('main', source);
    return 'no error';
  } catch (error) {
    return (error as Error).message;
  }
};

test('a module with thousands of tokens and an HTML comment in a text is transformed at once', () => {
  const source = `export default () => 1; const s="<!--";${'x;'.repeat(2_000)}`;
  expect(messageOf(source)).toBe('no error');
});

test('what a script would take for an HTML comment is refused wherever it stands', () => {
  const refused = 'main:1:2: HTML comments are not allowed in modules';
  expect(messageOf('a<!--b;')).toBe(refused);
  for (const start of [
    '-->',
    'a;\n-->',
    'a\n --> b',
    'a /*\n*/ --> b',
    '/* c */ -->',
    '`\n`;\n-->',
  ]) {
    expect(messageOf(start)).not.toBe('no error');
  }
  for (const inside of ['a-->b', 'a /* c */ --> b', 'a\n.b --> c', '`\n` + a --> b', '"<!--"']) {
    expect(messageOf(`let a, b, c; ${inside};`)).toBe('no error');
  }
});

test('arguments are refused where only the wrapper of the module has some', () => {
  const refused = 'there are no arguments outside a function';
  for (const outside of [
    'arguments',
    '() => arguments',
    '({ arguments })',
    '({ [arguments]: 1 })',
    'class { [arguments]() {} }',
    'a[arguments]',
    'typeof arguments',
    '{ set a(b) {}, c: () => arguments }',
  ]) {
    expect(messageOf(`export default (${outside});`)).toContain(refused);
  }
  for (const inside of [
    'function () { return () => arguments; }',
    'function (a = arguments) {}',
    '{ a() { return { arguments }; } }',
    'a.arguments',
    '{ arguments: 1 }',
    '() => { arguments: for (;;) { break arguments; } }',
  ]) {
    expect(messageOf(`let a; export default (${inside});`)).toBe('no error');
  }
  expect(messageOf(`export { arguments } from 'x';`)).toBe('no error');
});

test('imports by the thousand are found and rewritten in the order of the source', () => {
  const names = many(2_000, (index) => `a${index},`);
  const uses = many(2_000, (index) => `a${index};`);
  const { text, shape } = transformModule(
    'main',
    `import{${names}}from'x';${uses}${uses}export{a7 as b}`,
  );
  expect(shape.imports).toEqual([
    { specifier: 'x', names: Array.from({ length: 2_000 }, (_, index) => `a${index}`) },
  ]);
  expect(shape.exports).toEqual([{ name: 'b', from: { specifier: 'x', name: 'a7' } }]);
  expect(text.match(/__waybill\.imports\[0\]\["a1999"\];/g)).toHaveLength(2);
});

test('a module of more than 50 000 identifiers may import modules and no names of them', () => {
  const uses = 'a;'.repeat(50_001);
  expect(messageOf(`let a; ${uses}`)).toBe('no error');
  expect(messageOf(`import 'x'; ${uses}`)).toBe('no error');
  expect(messageOf(`import { a } from 'x'; ${uses}`)).toMatch(
    /^main:1:\d+: a module that imports names may have 50000 identifiers$/,
  );
});

test('only what is evaluated with the module makes it await', () => {
  const awaits = (source: string): boolean => transformModule('main', source).shape.awaits;
  expect(awaits('await 1;')).toBe(true);
  expect(awaits('class A { [await 1] = 2 }')).toBe(true);
  expect(awaits('{ for await (const a of []) ; }')).toBe(true);
  expect(awaits('async () => await 1; async function f() { await 1; }')).toBe(false);
  expect(awaits('class A { a = async () => await 1; static { async () => await 1; } }')).toBe(
    false,
  );
});
