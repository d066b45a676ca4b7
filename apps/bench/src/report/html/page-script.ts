import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { axisOption, chartOption, drawCharts, placeName, seriesOption } from './draw-charts.ts';
import { showNumber } from './show-number.ts';
import { zoomFlames } from './zoom-flames.ts';

const library = import.meta.resolve('echarts/dist/echarts.common.min.js');

const functions = [
  showNumber,
  placeName,
  axisOption,
  seriesOption,
  chartOption,
  drawCharts,
  zoomFlames,
];

/** Gives the scripts of the page, in their order: the chart library, and what uses it. */
export async function pageScripts(): Promise<readonly string[]> {
  const own = `${functions.join('\n')}\ndrawCharts();\nzoomFlames();`;
  return [await readFile(fileURLToPath(library), 'utf8'), own].map(withoutEnd);
}

/** A script that names the end of its own element is the end of it. In JavaScript the backslash changes nothing. */
function withoutEnd(script: string): string {
  return script.replaceAll(/<(?=\/script|!--)/gi, '<\\');
}
