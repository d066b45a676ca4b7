import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import chromiumFiles, { inflate } from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';
import { vi } from 'vitest';

/** Whether there is a browser for this machine: the package brings one only for it. */
export const hasBrowser: boolean = process.platform === 'linux' && process.arch === 'x64';

/** A browser with all that it needs in a folder of its own. To be disposed by who opened it. */
export interface OpenBrowser extends AsyncDisposable {
  readonly browser: Browser;
}

/** Unpacks a browser and starts it. Nothing of the system is used but its C library: neither fonts nor libraries. */
export async function openBrowser(): Promise<OpenBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-browser-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, maxRetries: 5 });
  try {
    const browser = await startIn(folder);
    return {
      browser,
      async [Symbol.asyncDispose]() {
        await browser.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function startIn(folder: string): Promise<Browser> {
  // Both suppliers put what they unpack and write into the temporary folder.
  vi.stubEnv('TMPDIR', folder);
  try {
    const entry = fileURLToPath(import.meta.resolve('@sparticuz/chromium'));
    const libraries = await inflate(join(entry, '../../bin/al2023.tar.br'));
    return await chromium.launch({
      executablePath: await chromiumFiles.executablePath(),
      args: ['--no-sandbox', '--no-zygote'],
      env: {
        ...process.env,
        LD_LIBRARY_PATH: join(libraries, 'lib'),
        FONTCONFIG_FILE: await writeFontList(folder),
      },
    });
  } finally {
    vi.unstubAllEnvs();
  }
}

/** The list that comes with the fonts names other folders than theirs: without one that is true, no text is drawn. */
async function writeFontList(folder: string): Promise<string> {
  const file = join(folder, 'fonts.conf');
  const places = `<dir>${folder}/fonts</dir><cachedir>${folder}/fonts-cache</cachedir>`;
  await writeFile(file, `<?xml version="1.0"?><fontconfig>${places}</fontconfig>`);
  return file;
}
