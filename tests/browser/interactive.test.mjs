// What the script adds to a report of a bundled run, against the numbers in its report.json.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, reports, visit } from "./browser.mjs";

const { url } = reports().find(({ name }) => name === "bundled.html");
const json = JSON.parse(readFileSync(join(process.env.GRISTMILL_REPORTS, "bundled.json"), "utf8"));

let browser;
before(async () => (browser = await launch()));
after(async () => browser?.close());

/** Looks at the report and lets it complain about nothing. */
async function look(how, options = {}) {
  const { seen, complaints } = await visit(browser, url, { reducedMotion: "reduce", ...options }, how);
  assert.deepEqual(complaints, []);
  return seen;
}

/** What stands in the box of values: its title, and name, text and value of each line. */
const reading = (figure) =>
  figure.locator(".reading").evaluate((box) => ({
    title: box.querySelector(".reading-title")?.textContent,
    lines: [...box.querySelectorAll("dt")].map((name) => ({
      name: name.textContent,
      text: name.nextElementSibling.textContent,
      value: Number(name.nextElementSibling.dataset.value),
    })),
    hidden: box.hidden,
  }));

describe("values", () => {
  test("of every chart are those of its points, as the report prints them", async () => {
    // Without the script each point still carries its words.
    const printed = await look(
      (page) =>
        page.evaluate(() =>
          Object.fromEntries([...document.querySelectorAll("figure[data-chart]")].map((figure) => [
            figure.id,
            [...figure.querySelectorAll(".gm-points title")].map((title) => title.textContent),
          ])),
        ),
      { javaScriptEnabled: false },
    );
    const found = await look(async (page) => {
      const all = {};
      for (const id of Object.keys(printed)) {
        const figure = page.locator(`#${id}`);
        if ((await figure.locator(".reading").count()) === 0) continue;
        const box = figure.locator(".chart");
        await box.focus();
        await box.press("Home");
        const said = [];
        for (let last = ""; ; await box.press("ArrowRight")) {
          const { title, lines } = await reading(figure);
          if (title === last) break;
          last = title;
          said.push(...lines.filter(({ text }) => /^[^~–]/.test(text)).map(({ name, text }) => ({ title, name, text })));
        }
        all[id] = said;
      }
      return all;
    });
    assert.ok(Object.keys(found).length > 8, String(Object.keys(found)));
    assert.ok("figure-trade-off" in found, "lines between two measured values are read point by point");
    for (const [id, said] of Object.entries(found)) {
      const texts = said.map(({ title, text }) => [title, text]);
      assert.equal(texts.length, printed[id].length, id);
      for (const words of printed[id]) {
        const matches = texts.filter(([title, text]) => words.includes(title) && words.endsWith(`: ${text}`));
        assert.ok(matches.length > 0, `${id}: ${words}`);
      }
    }
  });

  test("are those of report.json to the last digit", async () => {
    const sweep = json.cells.filter((cell) => cell.scenario === "sweep");
    const contexts = [...new Set(sweep.map((cell) => cell.context_tokens))].sort((a, b) => a - b);
    await look(async (page) => {
      const figure = page.locator("#figure-ttft");
      await figure.locator(".chart").focus();
      await figure.locator(".chart").press("Home");
      for (const context of contexts) {
        const { title, lines } = await reading(figure);
        assert.equal(title, `${context / 1024}K context`);
        for (const { name, text, value } of lines.filter((line) => !/^[~–]/.test(line.text))) {
          const cell = sweep.find((one) => one.context_tokens === context && one.concurrency === parseInt(name, 10));
          assert.equal(value, cell.ttft_s.mean, `${title}, ${name}: ${text}`);
        }
        await figure.locator(".chart").press("ArrowRight");
      }
    });
  });

  test("between tested levels lie on the straight line and say so", async () => {
    const use = json.capacity.find((one) => one.use_case === "general-chatbot");
    const of = (scenario) =>
      json.cells.filter((cell) => cell.context_tokens === use.context_tokens && cell.scenario === scenario);
    // A use case's own cell counts where the sweep has the level too.
    const cells = new Map([...of("sweep"), ...of("general-chatbot")].map((cell) => [cell.concurrency, cell]));
    const [low, high] = [...cells.keys()].sort((a, b) => a - b).slice(-2);
    const at = (concurrency) => cells.get(concurrency).ttft_s.mean;
    await look(async (page) => {
      const figure = page.locator("#figure-capacity-general-chatbot");
      const box = figure.locator(".chart");
      await box.focus();
      await box.press("End");
      await box.press("Shift+ArrowLeft");
      const { title, lines } = await reading(figure);
      assert.equal(title, `${high - 1} concurrent requests`);
      const expected = at(low) + ((at(high) - at(low)) * (high - 1 - low)) / (high - low);
      assert.ok(lines.every(({ text }) => text.startsWith("~")), JSON.stringify(lines));
      assert.ok(Math.abs(lines[0].value / expected - 1) < 1e-12, `${lines[0].value} and ${expected}`);
      await box.press("Escape");
      assert.equal((await reading(figure)).hidden, true);
    });
  });

  test("follow the pointer, and stay within a narrow page", async () => {
    for (const width of [360, 1280]) {
      await look(async (page) => {
        const figure = page.locator("#figure-throughput");
        await figure.scrollIntoViewIfNeeded();
        const picture = await figure.locator("svg.gm-chart").boundingBox();
        await page.mouse.move(picture.x + Math.min(250, picture.width / 2), picture.y + picture.height / 2);
        const box = await figure.locator(".reading").boundingBox();
        assert.ok(box && box.x >= 0 && box.x + box.width <= width, JSON.stringify(box));
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
        await page.mouse.move(1, 1);
        assert.equal((await reading(figure)).hidden, true);
      }, { viewport: { width, height: 900 } });
    }
  });
});

describe("controls", () => {
  test("switch series off and on", async () => {
    await look(async (page) => {
      const figure = page.locator("#figure-ttft");
      const chip = figure.locator(".chips button").first();
      const shown = () => figure.locator(".gm-series").first().isVisible();
      await chip.click();
      assert.deepEqual([await chip.getAttribute("aria-pressed"), await shown()], ["false", false]);
      await figure.locator(".chart").focus();
      await figure.locator(".chart").press("Home");
      const name = await chip.textContent();
      assert.ok(!(await reading(figure)).lines.some((line) => line.name === name));
      await chip.click();
      assert.deepEqual([await chip.getAttribute("aria-pressed"), await shown()], ["true", true]);
    });
  });

  test("of two measured values are those of the nearest point, of the lines that are shown", async () => {
    await look(async (page) => {
      const figure = page.locator("#figure-trade-off");
      await figure.scrollIntoViewIfNeeded();
      const points = figure.locator(".gm-series .gm-points > *");
      const box = await points.nth(1).boundingBox();
      await page.mouse.move(box.x + box.width / 2 + 2, box.y + box.height / 2 - 1);
      const { title, lines } = await reading(figure);
      assert.match(title, /^1K context, 2 concurrent requests$/);
      assert.match(lines[0].text, /tok\/s in all, .* tok\/s per user$/);
      await figure.locator(".chips button").first().click();
      await page.mouse.move(box.x + box.width / 2 + 2, box.y + box.height / 2 - 1);
      assert.doesNotMatch((await reading(figure)).title, /^1K/);
    });
  });

  test("change the scale and keep what is read", async () => {
    await look(async (page) => {
      const figure = page.locator("#figure-ttft");
      const height = () => figure.locator(".gm-pointer circle").first().getAttribute("cy");
      const box = figure.locator(".chart");
      await box.focus();
      await box.press("Home");
      await box.press("ArrowRight");
      const [before, said] = [await height(), await reading(figure)];
      const scale = figure.getByRole("group", { name: "Vertical scale" });
      await scale.getByText("Linear").focus();
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => !document.querySelector("#figure-ttft svg.gm-chart text").textContent.includes("log"));
      await box.focus();
      await box.press("Home");
      await box.press("ArrowRight");
      assert.notEqual(await height(), before);
      assert.deepEqual(await reading(figure), said);
      // The mark of what is read lies on the mark of the point.
      const apart = await figure.evaluate((it) => {
        const at = (part) => part.getBoundingClientRect().y + part.getBoundingClientRect().height / 2;
        const read = it.querySelector(".gm-pointer circle");
        return Math.abs(at(read) - at(it.querySelector(".gm-points").children[1]));
      });
      assert.ok(apart < 1, `${apart} px`);
      await scale.getByText("Log").click();
      assert.deepEqual(await figure.locator("svg.gm-chart").count(), 1);
    });
  });

  test("show a chart in full size and put it back", async () => {
    await look(async (page) => {
      const figure = page.locator("#figure-throughput");
      const before = await figure.boundingBox();
      await figure.getByRole("button", { name: "Full size" }).click();
      const dialog = page.getByRole("dialog");
      assert.ok((await figure.boundingBox()).width > before.width);
      await figure.locator(".chart").press("Home");
      assert.equal((await reading(figure)).hidden, false);
      await dialog.getByRole("button", { name: "Close" }).click();
      assert.equal(await page.locator("dialog").count(), 0);
      assert.equal((await figure.boundingBox()).width, before.width);
      assert.equal(await page.evaluate(() => document.activeElement.textContent), "Full size");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Escape");
      assert.equal(await page.locator("main #figure-throughput").count(), 1);
    });
  });

  test("show a map in full size too", async () => {
    await look(async (page) => {
      await page.locator("#figure-ttft-map").getByRole("button", { name: "Full size" }).click();
      assert.equal(await page.locator("dialog.full #figure-ttft-map svg").count(), 1);
      await page.keyboard.press("Escape");
      assert.equal(await page.locator("main #figure-ttft-map").count(), 1);
    });
  });

  test("sort the numbers under a chart and copy them", async () => {
    await look(async (page) => {
      const box = page.locator("details[data-chart=ttft]");
      await box.locator("summary").click();
      const column = () =>
        box.locator("tbody tr").evaluateAll((rows) => rows.map((row) => Number(row.cells[1].dataset.value)));
      const original = await column();
      const head = box.locator("thead th").nth(1);
      await head.getByRole("button").click();
      assert.deepEqual(await column(), [...original].sort((a, b) => a - b));
      await head.getByRole("button").click();
      assert.equal(await head.getAttribute("aria-sort"), "descending");
      assert.deepEqual(await column(), [...original].sort((a, b) => b - a));
      await head.getByRole("button").click();
      assert.deepEqual(await column(), original);
      await box.getByRole("button", { name: "Copy as CSV" }).click();
      await box.getByRole("button", { name: "Copied" }).waitFor();
      const csv = await page.evaluate(() => navigator.clipboard.readText());
      const lines = csv.trimEnd().split("\n");
      assert.equal(lines.length, original.length + 1);
      assert.equal(Number(lines[1].split(",")[1]), original[0]);
    }, { permissions: ["clipboard-read", "clipboard-write"] });
  });

  test("choose the page's colours, for the next visit too, and leave print light", async () => {
    await look(async (page) => {
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const light = await ground();
      await page.getByRole("button", { name: "Dark", exact: true }).click();
      const dark = await ground();
      assert.notEqual(dark, light);
      await page.reload();
      assert.equal(await ground(), dark);
      await page.emulateMedia({ media: "print" });
      assert.equal(await ground(), "rgb(255, 255, 255)");
      await page.emulateMedia({ media: "screen", colorScheme: "dark" });
      await page.getByRole("button", { name: "Light", exact: true }).click();
      assert.equal(await ground(), light);
    });
  });

  test("follow the reader in the contents, and lead to headings", async () => {
    await look(async (page) => {
      await page.evaluate(() => document.getElementById("time-to-first-token").scrollIntoView());
      await page.waitForFunction(() => document.querySelector(".contents [aria-current]")?.hash === "#time-to-first-token");
      const anchors = await page.locator("main .anchor").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
      assert.ok(anchors.includes("#time-to-first-token"));
      await page.goto(`${url}#figure-ttft`);
      assert.ok((await page.locator("#figure-ttft").boundingBox()).y < 400);
    });
  });
});

describe("the calculator", () => {
  test("gives the report's own limits by the report's own thresholds", async () => {
    const found = await look((page) =>
      page.locator(".calculator").evaluateAll((all) =>
        all.map((one) => [one.previousElementSibling.id.replace("figure-capacity-", ""), one.querySelector("strong").textContent])),
    );
    const charted = json.capacity.filter((one) => found.some(([id]) => id === one.use_case));
    assert.ok(found.length >= 4);
    assert.deepEqual(found, charted.map((one) => [one.use_case, one.limit.text]));
  });

  test("gives the report's interval of the crossing", async () => {
    const use = json.capacity.find((one) => one.use_case === "general-chatbot");
    const printed = use.crossing_interval.map((at) => at.toFixed(at < 10 ? 2 : 1)).join(" to ");
    const words = await look((page) => page.locator("#figure-capacity-general-chatbot + .calculator").textContent());
    assert.ok(words.includes(`(95% interval: ${printed})`), words);
  });

  test("moves the limit in words and in the picture, and puts it back", async () => {
    await look(async (page) => {
      const figure = page.locator("#figure-capacity-general-chatbot");
      const box = page.locator("#figure-capacity-general-chatbot + .calculator");
      const limit = () => box.locator("strong").textContent();
      const original = await limit();
      const ttft = box.getByLabel("TTFT at most", { exact: true });
      await ttft.fill("0.001");
      assert.equal(await limit(), "<1");
      await ttft.fill("1000000");
      assert.match(await limit(), /\+$/);
      assert.ok((await figure.locator(".gm-over text").first().textContent()).endsWith(await limit()));
      assert.equal(await figure.locator(".gm-limit").first().isVisible(), false);
      await ttft.fill("-1");
      assert.equal(await ttft.getAttribute("aria-invalid"), "true");
      const slider = box.getByLabel("Generation speed at least, slider");
      await slider.focus();
      await slider.press("End");
      assert.equal(await limit(), "<1");
      await box.getByRole("button", { name: "Reset" }).click();
      assert.equal(await limit(), original);
      assert.equal(await figure.locator(".gm-limit").first().isVisible(), true);
      assert.equal(await figure.locator(".gm-over *").count(), 0);
    });
  });
});

test("nothing that needs the script is there without it", async () => {
  const count = await look((page) => page.locator("button, input, output, dialog").count(), { javaScriptEnabled: false });
  assert.equal(count, 0);
});
