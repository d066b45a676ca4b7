import { cutOff, either, guest, type Idea } from '../program.ts';
import { orCrashed } from './crash-engine.ts';

/** Source text made to break parsers: ours, V8's, and that of patterns. */
export const parsers: readonly Idea[] = [
  {
    name: 'nests its own source too deeply',
    source: guest(`return ${'['.repeat(20_000)}${']'.repeat(20_000)}`),
    expect: { codes: ['ERR_WAYBILL_GUEST_SYNTAX'] },
  },
  {
    name: 'adds a hundred thousand numbers in its own source',
    source: guest(`return ${'1+'.repeat(100_000)}1`),
    expect: either(cutOff, { codes: ['ERR_WAYBILL_GUEST_SYNTAX'], value: 100_001 }),
  },
  {
    name: 'evaluates text that is nested a million times',
    source: guest(`return (0, eval)('['.repeat(1e6) + ']'.repeat(1e6)).length`),
    expect: either(orCrashed, { value: 1 }),
  },
  {
    name: 'evaluates arrow functions inside arrow functions',
    source: guest(`return (0, eval)('()=>'.repeat(1e5) + '1')`),
    expect: orCrashed,
  },
  {
    name: 'compiles a pattern of groups nested a million times',
    source: guest(`return new RegExp('('.repeat(1e6) + ')'.repeat(1e6)).test('')`),
    expect: either(orCrashed, { value: true }),
  },
  {
    name: 'compiles a pattern of lookbehinds nested fifty thousand times',
    source: guest(`return new RegExp('(?<=a'.repeat(5e4) + ')'.repeat(5e4)).test('a')`),
    expect: either(orCrashed, { value: false }),
  },
  {
    name: 'hides code from the parser of its modules in a comment of scripts',
    source: guest('let a = 1, b = [1]; a <!--b[`\n for (;;); /*\n`]; // */\nreturn 1'),
    expect: { codes: ['ERR_WAYBILL_GUEST_SYNTAX'] },
  },
  {
    name: 'closes the function that its module is wrapped in',
    source: 'export default () => 1 }) ; (function () { for (;;); ',
    expect: { codes: ['ERR_WAYBILL_GUEST_SYNTAX'] },
  },
  {
    name: 'names what our transform of modules uses itself',
    source: guest('return typeof \\u005f_waybill'),
    expect: { codes: ['ERR_WAYBILL_GUEST_SYNTAX'] },
  },
];
