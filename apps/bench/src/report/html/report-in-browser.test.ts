import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { hostileText } from './hostile-scenario.fixture.ts';
import { hasBrowser, openBrowser, type OpenBrowser } from './browser.fixture.ts';
import { renderHtml } from './render-html.ts';
import { everything } from './result.fixture.ts';

const figures = everything.scenarios.flatMap((scenario) => scenario.figures);

let opened: OpenBrowser | undefined;
let folder = '';

beforeAll(async () => {
  if (!hasBrowser) return;
  folder = await mkdtemp(join(tmpdir(), 'waybill-report-'));
  await writeFile(join(folder, 'report.html'), await renderHtml(everything));
  opened = await openBrowser();
}, 60_000);

afterAll(async () => {
  await opened?.[Symbol.asyncDispose]();
  if (folder) await rm(folder, { recursive: true });
});

beforeEach((context) => {
  context.skip(!hasBrowser, 'the browser of this test exists for linux on x64 only');
});

interface OpenReport extends AsyncDisposable {
  readonly page: Page;
  /** What the page asked for beside itself, or complained about. */
  readonly complaints: readonly string[];
}

async function openReport(options: BrowserContextOptions = {}): Promise<OpenReport> {
  if (!opened) throw new Error('expected an open browser');
  const address = pathToFileURL(join(folder, 'report.html')).href;
  const context = await opened.browser.newContext(options);
  const complaints: string[] = [];
  await context.route('**', (route) => {
    const asked = route.request().url();
    if (asked === address) return route.continue();
    complaints.push(`asked for ${asked}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', ({ message }) => complaints.push(message));
  await page.goto(address);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

test('the report draws every figure, asks for nothing and complains about nothing', async () => {
  await using report = await openReport();
  const drawn = await report.page.evaluate(
    `[...document.querySelectorAll('.chart')].map((chart) => chart.querySelectorAll('svg path').length)`,
  );
  expect(drawn).toEqual(figures.map(() => expect.toSatisfy((count) => Number(count) > 5)));
  expect(report.complaints).toEqual([]);
});

test('markup in the names of a result is text in the report', async () => {
  await using report = await openReport();
  expect(await report.page.evaluate('globalThis.broken')).toBeUndefined();
  expect(await report.page.locator('img').count()).toBe(0);
  expect(await report.page.locator('h2').allTextContents()).toContain(hostileText);
  const chart = report.page.locator('.chart').last();
  await chart.hover();
  await expect.poll(() => chart.innerText()).toContain(hostileText);
  expect(await report.page.evaluate('globalThis.broken')).toBeUndefined();
});

test('page and charts follow the colours that their reader prefers, also when they change', async () => {
  const colours = (page: Page): Promise<unknown> =>
    page.evaluate(
      `['body', '.chart path[stroke="var(--series-0)"]', '.chart text'].map((selector) => {
        const { backgroundColor, stroke, fill } = getComputedStyle(document.querySelector(selector));
        return [backgroundColor, stroke, fill].join();
      })`,
    );
  await using report = await openReport({ colorScheme: 'light' });
  const light = await colours(report.page);
  await report.page.emulateMedia({ colorScheme: 'dark' });
  const dark = await colours(report.page);
  expect(dark).toEqual((light as string[]).map((colour) => expect.not.stringMatching(colour)));
  await report.page.emulateMedia({ media: 'print' });
  expect(await colours(report.page)).toEqual(light);
});

test('without scripts, verdicts and the data of every chart are there and no empty chart is', async () => {
  await using report = await openReport({ javaScriptEnabled: false });
  const { page } = report;
  await page.getByText('4 of 278,493 calls were wrong.').waitFor();
  expect(await page.locator('.verdicts').getByText('falls short').count()).toBe(3);
  expect(await page.locator('.drawn:visible').count()).toBe(0);
  const data = page.locator('.figures figure');
  expect(await data.count()).toBe(figures.length);
  expect(await data.first().locator('details tbody tr').count()).toBe(8);
});

test('nothing is wider than a screen of 400 pixels', async () => {
  await using report = await openReport({ viewport: { width: 400, height: 800 } });
  expect(await report.page.evaluate('document.documentElement.scrollWidth')).toBe(400);
});

test('the key of a chart hides a series and shows it again', async () => {
  await using report = await openReport();
  const figure = report.page.locator('figure').first();
  const key = figure.getByRole('button', { name: 'ours' });
  const lines = figure.locator('.chart path[stroke="var(--series-0)"]');
  const before = await lines.count();
  await key.click();
  await expect.poll(() => lines.count()).toBe(0);
  expect(await key.getAttribute('aria-pressed')).toBe('false');
  await key.click();
  await expect.poll(() => lines.count()).toBe(before);
});

test('a click on a frame of a flame makes it as wide as all, and the topmost brings all back', async () => {
  await using report = await openReport();
  const frames = report.page.locator('.flame button');
  const [whole, deep] = [frames.first(), frames.filter({ hasText: 'postMessage' }).nth(2)];
  const widthOf = async (frame: typeof whole): Promise<number> =>
    (await frame.boundingBox())?.width ?? 0;
  const width = await widthOf(whole);
  expect(await widthOf(deep)).toBeLessThan(width * 0.9);
  await deep.click();
  expect(await widthOf(deep)).toBeCloseTo(width);
  await whole.press('ArrowDown');
  await whole.click();
  expect(await widthOf(deep)).toBeLessThan(width * 0.9);
});
