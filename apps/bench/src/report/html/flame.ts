import type { Flame, FlameFrame } from '../result.ts';
import { html, type Markup } from './markup.ts';
import { showNumber } from './show-number.ts';

/** A frame is drawn from this share of all time on: a narrower one is a hair. */
const leastShare = 0.001;

/** Browsers nest elements only so deep, and a frame takes two. */
const mostDeep = 200;

const ownCount = 15;

/** Gives a flame graph from the top down, and the functions with most time of their own. */
export function flameMarkup({ title, root }: Flame): Markup {
  const own = [...ownTimes(root)].toSorted(([, a], [, b]) => b - a).slice(0, ownCount);
  return html`<figure>
    <figcaption>${title}</figcaption>
    <p class="hint">
      As wide as its share of ${showNumber(root.totalMs)} ms; what is called stands below. Click a
      frame to widen it, the topmost to see all; frames below ${leastShare * 100} % or deeper than
      ${mostDeep} are left out.
    </p>
    <div class="flame">
      <ol>
        ${frame(root, { whole: root, within: root, depth: 0 })}
      </ol>
    </div>
    <details>
      <summary>Most time of their own</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Own times: ${title}">
        <table>
          <thead>
            <tr>
              <th>Function</th>
              <th class="number">own time (ms)</th>
              <th class="number">share</th>
            </tr>
          </thead>
          <tbody>
            ${own.map(
              ([name, ms]) =>
                html`<tr>
                  <td><code>${name}</code></td>
                  <td class="number">${showNumber(ms)}</td>
                  <td class="number">${share(ms, root)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
  </figure>`;
}

interface Place {
  readonly whole: FlameFrame;
  readonly within: FlameFrame;
  readonly depth: number;
}

function frame(one: FlameFrame, { whole, within, depth }: Place): Markup {
  const wide = one.children.filter(({ totalMs }) => totalMs >= whole.totalMs * leastShare);
  const below = depth < mostDeep ? wide : [];
  const says = `${one.name}: ${showNumber(one.totalMs)} ms, ${share(one.totalMs, whole)}`;
  return html`<li style="width: ${percent(one.totalMs, within)}%">
    <button
      type="button"
      class="tone-${tone(one.name)}"
      tabindex="${depth === 0 ? 0 : -1}"
      title="${says}"
    >
      ${one.name}</button
    >${
      below.length > 0
        ? html`<ol>
            ${below.map((child) => frame(child, { whole, within: one, depth: depth + 1 }))}
          </ol>`
        : undefined
    }
  </li>`;
}

function ownTimes(root: FlameFrame): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  const left = [root];
  for (let one = left.pop(); one; one = left.pop()) {
    const called = one.children.reduce((sum, { totalMs }) => sum + totalMs, 0);
    times.set(one.name, (times.get(one.name) ?? 0) + Math.max(0, one.totalMs - called));
    left.push(...one.children);
  }
  return times;
}

function percent(ms: number, { totalMs }: FlameFrame): number {
  return totalMs > 0 ? Math.min(100, Math.round((ms / totalMs) * 1e5) / 1e3) : 100;
}

function share(ms: number, whole: FlameFrame): string {
  return `${showNumber(percent(ms, whole))} %`;
}

/** The same function has the same tone everywhere. */
function tone(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9_973;
  return sum % 5;
}
