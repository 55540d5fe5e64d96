// The page's script away from a page: its types, its habits, and its arithmetic against the analysis.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

const here = dirname(fileURLToPath(import.meta.url));
const scripts = join(here, "../../templates/script");
const require = createRequire(import.meta.url);

/** Runs a tool of these tests, and says what it found. */
function run(module, program, args, cwd) {
  const path = join(dirname(require.resolve(`${module}/package.json`)), program);
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], { cwd, encoding: "utf8" });
  return `${status === 0 ? "" : `exit ${status}\n`}${stdout}${stderr}`;
}

/** Some files of the script in a scope of their own, and the functions they name. */
function load(files, names) {
  const source = files.map((file) => readFileSync(join(scripts, file), "utf8")).join("\n");
  return vm.runInNewContext(`${source}\n({ ${names} })`);
}

test("the script's types hold", () => {
  assert.equal(run("typescript", "bin/tsc", ["-p", "jsconfig.json"], here), "");
});

test("the script is clean", () => {
  assert.equal(run("eslint", "bin/eslint.js", ["--config", join(here, "eslint.config.mjs"), "."], scripts), "");
});

test("the calculator agrees with the analysis on every case, to the last digit", () => {
  const cases = JSON.parse(readFileSync(join(process.env.GRISTMILL_REPORTS, "cases.json"), "utf8"));
  const { judge } = load(["numbers.js", "capacity.js"], "judge");
  assert.ok(cases.length > 1000, `${cases.length} cases`);
  for (const { name, given, limit } of cases) {
    const found = JSON.parse(JSON.stringify(judge(given.levels, given.thresholds, given.rules)));
    assert.deepEqual(found, limit, `${name}: ${JSON.stringify(given)}`);
  }
});

test("numbers print as the report prints them", () => {
  const { fixed, print, phrase, shortest } = load(["numbers.js"], "fixed, print, phrase, shortest");
  const table = [
    [fixed(0.25, 1), "0.2"],
    [fixed(0.75, 1), "0.8"],
    [fixed(0.35, 1), "0.3"],
    [fixed(2.5, 0), "2"],
    [fixed(3.5, 0), "4"],
    [fixed(-0.04, 1), "0.0"],
    [fixed(1.005, 2), "1.00"],
    [print("seconds", 0.3984), "398 ms"],
    [print("seconds", 0.9996), "1.0 s"],
    [print("seconds", 19.94), "19.9 s"],
    [print("milliseconds", 2.1252), "2125 ms"],
    [print("tokens_per_second", 765.44), "765.4 tok/s"],
    [print("whole_tokens_per_second", 20304.2), "20,304 tok/s"],
    [print("percent", 0.634), "63%"],
    [print("watts", 1830.4), "1,830 W"],
    [print("context", 12288), "12K"],
    [phrase("concurrency", "~1"), "~1 concurrent request"],
    [phrase("concurrency", "10"), "10 concurrent requests"],
    [phrase("request_rate", "2.5"), "2.5 requests/s"],
    [phrase("context", "32K"), "32K context"],
    [shortest(1e-7), "0.0000001"],
    [shortest(1.25e21), "1250000000000000000000"],
  ];
  for (const [found, expected] of table) assert.equal(found, expected);
});
