import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { hostileText } from './hostile-scenario.fixture.ts';
import { renderHtml } from './render-html.ts';
import { everything } from './result.fixture.ts';

const page = await renderHtml(everything);
const content = page.replaceAll(/<(script|style)[^>]*>.*?<\/\1>/gs, '').replaceAll(/\s+/g, ' ');

/** What stands where a reader looks first, in the order of the page. */
function positions(...texts: readonly string[]): readonly number[] {
  return texts.map((text) => content.indexOf(text));
}

test('wrong answers come first, then what broke, the verdicts, the method and the scenarios', () => {
  const found = positions(
    '4 of 278,493 calls were wrong',
    'did not come to an end',
    'targets met',
    'Machine and method',
    '<h2>warm-call</h2>',
    '<h2>noisy-neighbour</h2>',
  );
  expect(found).not.toContain(-1);
  expect(found).toEqual(found.toSorted((a, b) => a - b));
});

test('a run without a wrong answer says how many calls were checked', async () => {
  const right = everything.scenarios.filter(({ checks }) => checks.wrongCount === 0);
  const good = await renderHtml({ ...everything, scenarios: right, broken: [] });
  expect(good).toMatch(/Each of 182,341 calls was checked/);
  expect(good).not.toContain('role="alert"');
});

test('what a scenario had checked before it broke stands beside its reason', () => {
  expect(content).toMatch(
    /<li>durable: <code>Error: pg-boss answered no call<\/code> <p class="checks"> 40 calls: .*?1 wrong/,
  );
  expect(content).toMatch(/<li> durable: 1 wrong <\/li>/);
});

test('every round of a comparison is in a table', () => {
  const [, rows = ''] = /<summary>Data of each round<\/summary>(.*?)<\/tbody>/s.exec(content) ?? [];
  expect(rows.match(/<tr> *(?:<th|<td)/g)).toHaveLength(7);
  expect(rows).toContain('rowspan="6"');
  expect(rows).toMatch(/>6<\/td> <td[^>]*>0\.0885<\/td> <td[^>]*>0\.0688<\/td> <td[^>]*>1\.29x</);
});

test('a run of nothing is a report too', async () => {
  const empty = await renderHtml({ ...everything, scenarios: [], broken: [] });
  expect(empty).toContain('No call was made, so none was checked.');
});

test('the page loads nothing, and runs only the scripts whose hashes it names', () => {
  expect(content).not.toMatch(/(src|href)="(?!#|data:,")/);
  const scripts = [...page.matchAll(/<script>(.*?)<\/script>/gs)].map(([, text = '']) => text);
  const hashes = scripts.map(
    (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  );
  expect(hashes).toHaveLength(2);
  const [, policy = ''] = /Content-Security-Policy"\s+content="([^"]*)"/.exec(page) ?? [];
  expect(policy.replaceAll('&#39;', "'")).toBe(
    `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src ${hashes.join(' ')}`,
  );
});

test('names that are markup are escaped wherever they stand', () => {
  expect(page).not.toContain(hostileText);
  expect(page.match(/<script/g)).toHaveLength(page.match(/<\/script>/g)?.length ?? 0);
  expect(content).not.toContain('<img');
});

test('what is no number is said to be none, without a unit', () => {
  expect(content).toMatch(/a value that could not be measured<\/td>\s*<td[^>]*>no number<\/td>/);
});

test('functions of a flame are listed by the time of their own', () => {
  const [, table = ''] = /Most time of their own(.*?)<\/table>/s.exec(content) ?? [];
  const rows = [...table.matchAll(/<code>(.*?)<\/code>\s*<\/td>\s*<td[^>]*>(.*?)<\/td>/gs)];
  expect(rows.slice(0, 2).map(([, name, ms]) => [name, ms])).toEqual([
    ['encode', '120'],
    ['(program)', '90'],
  ]);
});
