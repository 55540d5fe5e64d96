// A headless browser, and pages in it that note whatever goes wrong.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** The reports to look at: every `.html` in the folder that GRISTMILL_REPORTS names. */
export function reports() {
  const folder = process.env.GRISTMILL_REPORTS;
  if (!folder || !existsSync(folder)) throw new Error("GRISTMILL_REPORTS must name a folder with reports");
  const names = readdirSync(folder).filter((name) => name.endsWith(".html")).sort();
  if (names.length === 0) throw new Error(`no report in ${folder}`);
  return names.map((name) => ({ name, url: pathToFileURL(join(folder, name)).href }));
}

/** Starts the browser, which itself stays off the network. */
export function launch() {
  if (!existsSync(CHROMIUM)) throw new Error(`no Chromium at ${CHROMIUM}; name one by CHROMIUM`);
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * Opens a report, hands the page to `look`, and says what the page complained about meanwhile: console messages,
 * errors, dialogs, requests for anything but itself, and breaches of its own policy.
 */
export async function visit(browser, url, options, look) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => complaints.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => (complaints.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on("request", (request) => {
    const own = request.url() === url || request.url().startsWith("data:");
    if (!own) complaints.push(`request: ${request.url()}`);
  });
  await page.addInitScript(() => {
    globalThis.breaches = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      globalThis.breaches.push(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await page.goto(url);
  try {
    const seen = await look(page);
    if (options?.javaScriptEnabled !== false) {
      complaints.push(...(await page.evaluate(() => globalThis.breaches)).map((breach) => `policy: ${breach}`));
    }
    return { seen, complaints };
  } finally {
    await context.close();
  }
}
