// A real browser: Debian's Chromium, with a profile of its own that is thrown away.
import { pathToFileURL } from 'node:url';
import { chromium, type Browser as Chromium, type Page } from 'playwright-core';

/** How a page is looked at. */
export interface View {
  readonly width?: number;
  readonly scheme?: 'light' | 'dark';
  readonly scripts?: boolean;
}

/** A page and what it complained of, or wanted from elsewhere. */
export interface Shown {
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly requests: readonly string[];
}

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser that shows files. */
export class Browser {
  private launched: Promise<Chromium> | undefined;

  /** Opens a file. */
  async show(file: string, { width = 1200, scheme = 'light', scripts = true }: View = {}): Promise<Shown> {
    this.launched ??= chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGUMENTS });
    const context = await (
      await this.launched
    ).newContext({
      viewport: { width, height: 800 },
      colorScheme: scheme,
      reducedMotion: 'reduce',
      javaScriptEnabled: scripts,
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href) requests.push(request.url());
    });
    await page.goto(pathToFileURL(file).href);
    return { page, complaints, requests };
  }

  /** Ends it. */
  async close(): Promise<void> {
    await (await this.launched)?.close();
  }
}
