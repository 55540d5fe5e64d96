// What a reader's browser makes of each report.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { launch, reports, visit } from "./browser.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = [360, 768, 1280];
const SCHEMES = ["light", "dark"];

let browser;
before(async () => (browser = await launch()));
after(async () => browser?.close());

for (const { name, url } of reports()) {
  describe(name, () => {
    /** Looks at the report and lets it complain about nothing. */
    const look = async (options, how) => {
      const { seen, complaints } = await visit(browser, url, options, how);
      assert.deepEqual(complaints, []);
      return seen;
    };

    test("loads nothing, runs its own script alone and says nothing", async () => {
      const found = await look({}, (page) =>
        page.evaluate(() => ({
          scripts: [...document.scripts].map((script) => script.type + script.src),
          handlers: [...document.querySelectorAll("*")].flatMap((e) => e.getAttributeNames().filter((n) => n.startsWith("on"))),
          foreign: document.querySelectorAll("iframe, object, embed, link, base, form, video, audio").length,
          fonts: [...document.fonts].map((font) => `${font.family} ${font.status}`),
        })),
      );
      assert.deepEqual([found.scripts, found.handlers, found.foreign], [["application/json", ""], [], 0]);
      assert.ok(found.fonts.includes("Inter loaded"), String(found.fonts));
    });

    for (const width of WIDTHS) {
      test(`does not scroll sideways at ${width} px`, async () => {
        const found = await look({ viewport: { width, height: 800 } }, (page) =>
          page.evaluate(() => {
            const beyond = [...document.querySelectorAll("body *")].filter((element) => {
              const inBox = element.parentElement.closest(".scroll, .chart, .cover-lines, svg");
              return !inBox && element.getBoundingClientRect().right > innerWidth + 1;
            });
            // Only tables and charts may scroll, and those that do must be reachable by keyboard.
            const boxes = [...document.querySelectorAll("body *")].filter(
              (e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === "auto",
            );
            return {
              page: document.documentElement.scrollWidth,
              beyond: beyond.map((e) => e.outerHTML.slice(0, 120)),
              unreachable: boxes.filter((e) => e.tabIndex !== 0).map((e) => e.outerHTML.slice(0, 120)),
            };
          }),
        );
        assert.deepEqual(found, { page: width, beyond: [], unreachable: [] });
      });
    }

    test("reads the same without JavaScript", async () => {
      const text = async (page) => {
        const added = ".controls, .colours, .calculator, .reading";
        await page.evaluate((all) => document.querySelectorAll(all).forEach((control) => control.remove()), added);
        return page.locator("body").innerText();
      };
      assert.equal(await look({ javaScriptEnabled: false }, text), await look({}, text));
    });

    test("has its own colours in the dark", async () => {
      const colours = (page) =>
        page.evaluate(() => {
          const of = (selector) => {
            const element = document.querySelector(selector);
            return element ? [getComputedStyle(element).color, getComputedStyle(element).backgroundColor] : [];
          };
          return ["body", "main a", "th", "figcaption", ".highlights li"].map(of);
        });
      const [light, dark] = [await look({ colorScheme: "light" }, colours), await look({ colorScheme: "dark" }, colours)];
      light.forEach((shades, at) => shades.length && assert.notDeepEqual(shades, dark[at]));
    });

    test("can be used by everyone while values are read in full size", async () => {
      for (const colorScheme of SCHEMES) {
        const found = await look({ colorScheme }, async (page) => {
          const full = page.getByRole("button", { name: "Full size" });
          if ((await full.count()) > 0) {
            await full.first().click();
            await page.keyboard.press("Home");
          }
          await page.evaluate(axe);
          return page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
        });
        assert.deepEqual(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].target}`), []);
      }
    });

    for (const colorScheme of SCHEMES) {
      for (const width of [360, 1280]) {
        test(`can be used by everyone (${colorScheme}, ${width} px)`, async () => {
          const found = await look({ colorScheme, viewport: { width, height: 900 } }, async (page) => {
            await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
            // The page's policy lets no script in; the debugger may.
            await page.evaluate(axe);
            return page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
          });
          const violations = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.target).join(", ").slice(0, 300)}`);
          assert.deepEqual(violations, []);
        });
      }
    }

    test("has one title, headings in order and landmarks", async () => {
      const found = await look({}, (page) =>
        page.evaluate(() => ({
          levels: [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((h) => Number(h.tagName[1])),
          landmarks: ["header", "nav", "main", "footer"].map((tag) => document.querySelectorAll(tag).length),
          language: document.documentElement.lang,
          title: document.title,
        })),
      );
      assert.equal(found.levels.filter((level) => level === 1).length, 1);
      found.levels.reduce((last, level) => (assert.ok(level <= last + 1, String(found.levels)), level), 0);
      assert.deepEqual(found.landmarks, [1, 1, 1, 1]);
      assert.equal(found.language, "en");
      assert.ok(found.title.length > 0);
    });

    test("has links that lead somewhere and ids that are unique", async () => {
      const found = await look({}, (page) =>
        page.evaluate(() => {
          const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
          const links = [...document.querySelectorAll("a[href]")].map((a) => a.getAttribute("href"));
          return { ids, links };
        }),
      );
      assert.equal(new Set(found.ids).size, found.ids.length, "ids are unique");
      for (const link of found.links) {
        if (link.startsWith("#")) assert.ok(found.ids.includes(link.slice(1)), link);
        else assert.match(link, /^(https?|mailto):/);
      }
    });

    test("shows its contents on wide screens and folds them on narrow ones", async () => {
      const shown = (page) => page.locator("nav.contents a").first().isVisible();
      assert.equal(await look({ javaScriptEnabled: false }, shown), true);
      assert.equal(await look({ viewport: { width: 360, height: 800 }, javaScriptEnabled: false }, shown), false);
    });

    test("shows hostile text as text", { skip: !name.startsWith("hostile") }, async () => {
      const found = await look({}, (page) =>
        page.evaluate(() => ({ text: document.body.textContent, images: document.images.length, title: document.title })),
      );
      for (const piece of ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{7*7}}"]) {
        assert.ok(found.text.includes(piece), piece);
      }
      assert.ok(found.title.startsWith("</title></style>"));
      assert.equal(found.images, 0);
    });

    test("shows attacks as text and a logo without what it brought along", { skip: name !== "attacked.html" }, async () => {
      const found = await look({}, async (page) => {
        // Whatever waits for a click, a pointer or time gets it.
        await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
        for (const picture of await page.locator("img").all()) await picture.click({ force: true });
        await page.waitForTimeout(300);
        return page.evaluate(() => ({
          text: document.body.textContent,
          pictures: [...document.images].map((image) => atob(image.src.split(",")[1])),
          links: [...document.querySelectorAll("a[href]")].map((a) => a.getAttribute("href")).filter((link) => !link.startsWith("#")),
        }));
      });
      for (const piece of ["<script>alert(1)</script>", "[a](javascript:alert(1))", "![c](http://127.0.0.1:9/track.png)"]) {
        assert.ok(found.text.includes(piece), piece);
      }
      assert.ok(!/[\u202a-\u202e\u2066-\u2069\u001b]/u.test(found.text));
      assert.deepEqual(found.links.filter((link) => !/^https:\/\//.test(link)), []);
      assert.ok(found.pictures.length > 0);
      for (const picture of found.pictures) assert.doesNotMatch(picture, /script|http:\/\/127|file:|javascript|onclick|onload|iframe|<image/);
    });

    test("prints, in light colours whatever the screen has", async () => {
      const pdf = await look({ colorScheme: "dark" }, async (page) => {
        await page.emulateMedia({ media: "print" });
        assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
        return page.pdf({ format: "A4" });
      });
      assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
    });
  });
}
