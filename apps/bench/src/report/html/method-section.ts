import type { BenchResult } from '../result.ts';
import { html, type Markup } from './markup.ts';

/** Says on what, and how, the numbers were made. */
export function methodSection({ machine, seed, isQuick }: BenchResult): Markup {
  const facts = { ...machine, seed: String(seed) };
  return html`<section id="method">
    <h2>Machine and method</h2>
    ${
      isQuick &&
      html`<p class="notice warn">
        A quick run: fewer and shorter rounds. It shows that everything works, and about where the
        numbers are.
      </p>`
    }
    <dl class="facts">
      ${Object.entries(facts).map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    <ul>
      <li>
        Both sides are called before anything counts; where whole calls are compared, for two rounds
        by turns (a quick run: one). What was measured then is thrown away.
      </li>
      <li>
        <b>Open loop</b>: calls come at random moments (of the seed) that another thread decides,
        whether or not earlier ones were answered. A latency counts from the moment a call was due:
        what waits, counts with its wait (no coordinated omission). A wake-up of that thread up to
        0.2 ms late counts as the sleep’s, everything later as a wait of the call.
        <b>Closed loop</b>, where a table says so: each caller waits for its answer before it calls
        again.
      </li>
      <li>Latencies are kept in HDR histograms of three significant digits.</li>
      <li>
        Two lanes are measured by turns in the same run, every second round in the other order (A B
        B A); where a few percent count, call by call. A ratio is the
        <b>median of the ratios of the rounds</b>; its spread is the range of their middle half.
        Drawn on a logarithmic scale: the tick is the median, the bar the middle half, the thin line
        equality, the dashed line the limit of a target.
      </li>
      <li>Each call checks its answer, and the context it ran in where one is carried.</li>
    </ul>
  </section>`;
}
