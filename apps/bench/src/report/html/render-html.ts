import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { scenarios } from '../../scenarios.ts';
import type { BenchResult } from '../result.ts';
import { html, type Markup, rawElement } from './markup.ts';
import { methodSection } from './method-section.ts';
import { pageScripts } from './page-script.ts';
import { anchor, scenarioSection } from './scenario-section.ts';
import { verdictSection } from './verdict-section.ts';

const title = 'Waybill: what the pool does';

/**
 * Gives a result as one HTML page that needs nothing from anywhere: readable without scripts, drawn with them, in the colours that
 * its reader prefers.
 */
export async function renderHtml(result: BenchResult): Promise<string> {
  const [style, scripts] = await Promise.all([pageStyle(), pageScripts()]);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy(scripts)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        ${rawElement('style', style)}
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p>Measured ${result.startedAt}</p>
          <noscript>
            Charts need scripts: without them, the numbers of each are in the table of its data.
          </noscript>
        </header>
        <main>
          ${verdictSection(result)} ${methodSection(result)} ${contents(result)}
          ${result.scenarios.map((one) => scenarioSection(one, questionOf(one.scenario)))}
        </main>
        ${scripts.map((script) => rawElement('script', script))}
      </body>
    </html>`;
  return `${String(page)}\n`;
}

/** Nothing is loaded, and no script runs but the page's own: markup that came in with a name would be dead. */
function policy(scripts: readonly string[]): string {
  const hashes = scripts.map(
    (script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  return `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src ${hashes.join(' ')}`;
}

async function pageStyle(): Promise<string> {
  const files = ['page.css', 'page-parts.css'].map((name) =>
    readFile(new URL(name, import.meta.url), 'utf8'),
  );
  return (await Promise.all(files)).join('\n');
}

function contents(result: BenchResult): Markup {
  return html`<nav aria-label="Scenarios">
    <ul>
      ${result.scenarios.map(({ scenario }) => html`<li><a href="#${anchor(scenario)}">${scenario}</a></li>`)}
    </ul>
  </nav>`;
}

function questionOf(scenario: string): string | undefined {
  return scenarios.find(({ name }) => name === scenario)?.asks;
}
