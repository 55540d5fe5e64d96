// The calculator of a use case: other thresholds, and the limit that the same levels then give.

/** The metrics in words. */
const METRICS = {
  ttft: { name: "TTFT", least: "at most", unit: "s", rule: "TTFT limit" },
  e2e: { name: "E2E", least: "at most", unit: "s", rule: "E2E limit" },
  generation_speed: { name: "generation speed", least: "at least", unit: "tok/s", rule: "Speed floor" },
};

/**
 * As the tables of a use case print it.
 * @param {Metric} metric
 * @param {number} value
 */
function printMetric(metric, value) {
  if (metric === "ttft") return `${fixed(value, 1)} s`;
  return print(metric === "e2e" ? "milliseconds" : "whole_tokens_per_second", value);
}

/** @type {Metric[]} */
const ORDER = ["ttft", "e2e", "generation_speed"];
/** Steps of a slider. */
const STEPS = 200;

/**
 * Puts the calculator below its chart.
 * @param {HTMLElement} figure
 * @param {Picture} picture
 * @param {UseCase} useCase
 */
function startCalculator(figure, picture, useCase) {
  const { levels, rules, names } = useCase;
  /** @type {Thresholds} */
  const thresholds = { ...useCase.thresholds };
  const fields = element("div", { class: "fields" });
  const result = element("output", { class: "verdict" });
  // A metric without a threshold may be given one where every level that did not fail has it.
  const offered = ORDER.filter((metric) =>
    useCase.thresholds[metric] !== undefined || levels.every((level) => level.failed || level[metric] !== null));
  const inputs = offered.filter((metric) => levels.some((level) => level[metric] !== null)).map((metric) => {
    const field = thresholdField(metric, `${figure.id}-${metric}`, useCase, (value) => {
      if (value === undefined) delete thresholds[metric];
      else thresholds[metric] = value;
      update();
    });
    fields.append(field.element);
    return field;
  });
  const reset = button("Reset", () => inputs.forEach((input) => input.reset()), { class: "control" });
  const title = element("p", { class: "calculator-title", id: `calculator-${figure.id}` }, "Try other thresholds");
  const box = element("div", { class: "calculator", role: "group", "aria-labelledby": title.id },
    element("div", { class: "calculator-head" }, title, reset), fields, result);
  figure.after(box);

  function update() {
    const changed = ORDER.some((metric) => thresholds[metric] !== useCase.thresholds[metric]);
    reset.hidden = !changed;
    const limit = judge(levels, thresholds, rules);
    const unit = rules.whole ? "concurrency" : "request_rate";
    const spoken = phrase(unit, limit.text);
    result.replaceChildren(
      element("strong", { "data-kind": limit.kind }, limit.text), " ",
      element("span", { class: "verdict-unit" }, spoken.slice(limit.text.length).trim()),
      ...explain(limit, useCase, thresholds, names).map((words) => element("span", { class: "verdict-words" }, words)),
    );
    picture.laidOver = changed ? () => layLimit(picture, useCase, thresholds, limit) : null;
    if (!changed) {
      picture.over.replaceChildren();
      picture.svg.classList.remove("gm-other-limit");
    }
    picture.laidOver?.(picture);
  }
  update();
}

/**
 * A threshold as a number and as a slider.
 * @param {Metric} metric
 * @param {string} id
 * @param {UseCase} useCase
 * @param {(value: number | undefined) => void} changed
 */
function thresholdField(metric, id, useCase, changed) {
  const { name, least, unit } = METRICS[metric];
  const original = useCase.thresholds[metric];
  const known = useCase.levels.flatMap((level) => level[metric] ?? []).concat(original ?? []);
  const measured = known.filter((value) => value > 0);
  const [low, high] = [Math.min(...measured) * 0.8, Math.max(...measured) * 1.25];
  const words = `${name[0].toUpperCase()}${name.slice(1)} ${least}`;
  const number = element("input", { type: "number", id, min: "0", step: "any", inputmode: "decimal", autocomplete: "off" });
  const slider = element("input", { type: "range", min: "0", max: String(STEPS), step: "any" });
  slider.setAttribute("aria-label", `${words}, slider`);
  if (original === undefined) number.placeholder = "none";
  /** @param {number | undefined} value */
  const slide = (value) => {
    const loosest = metric === "generation_speed" ? 0 : 1;
    const share = value === undefined ? loosest : Math.log(value / low) / Math.log(high / low);
    slider.value = String(Math.max(0, Math.min(1, share)) * STEPS);
    slider.setAttribute("aria-valuetext", value === undefined ? "none" : `${shortest(value)} ${unit}`);
  };
  const set = () => {
    number.value = original === undefined ? "" : shortest(original);
    number.removeAttribute("aria-invalid");
    slide(original);
  };
  number.addEventListener("input", () => {
    const none = original === undefined && number.value === "" && !number.validity.badInput;
    const value = none ? undefined : Number(number.value);
    const valid = value === undefined || (value > 0 && Number.isFinite(value));
    number.setAttribute("aria-invalid", String(!valid));
    if (!valid) return;
    slide(value);
    changed(value);
  });
  slider.addEventListener("input", () => {
    const value = fewDigits(low * (high / low) ** (Number(slider.value) / STEPS));
    number.value = shortest(value);
    number.removeAttribute("aria-invalid");
    slider.setAttribute("aria-valuetext", `${number.value} ${unit}`);
    changed(value);
  });
  set();
  const field = element("div", { class: "field" }, element("label", { for: id }, words),
    element("span", { class: "amount" }, number, ` ${unit}`), slider);
  return { element: field, reset: () => (set(), changed(original)) };
}

/** A slider's value as a person would write it: two digits, three above 100. @param {number} value */
function fewDigits(value) {
  return Number(value.toPrecision(value >= 100 ? 3 : 2));
}

/**
 * The limit in words.
 * @param {Limit} limit
 * @param {UseCase} useCase
 * @param {Thresholds} thresholds
 * @param {Record<Metric, string>} names
 * @returns {string[]}
 */
function explain(limit, useCase, thresholds, names) {
  const { levels, rules } = useCase;
  const { binding, bracket, crossing, interval, within } = limit;
  const out = [];
  const metric = binding === null || binding === "success" ? null : binding;
  const subject = metric === null ? "Failed requests" : `${capital(names[metric])} ${METRICS[metric].name}`;
  /** @param {number} at */
  const position = (at) => fixed(at, at < 10 ? 2 : 1);
  if (limit.kind === "open") out.push("Every tested level is within these thresholds; the limit may lie higher.");
  else if (limit.kind === "unmet") out.push(`${subject}: missed at the smallest tested level already.`);
  else if (metric === null) out.push(`Too many requests failed at ${bracket[1]}.`);
  else if (crossing === null) out.push(`${subject} is on its threshold at the smallest tested level.`);
  else {
    const known = interval === null ? "" : ` (95% interval: ${interval.map(position).join(" to ")})`;
    const place = `${position(crossing)}${known}, between the tested ${bracket[0]} and ${bracket[1]}`;
    out.push(`${subject} sets it: it crosses its threshold at ${place}.`);
  }
  const level = limit.level ?? levels[0].level;
  const held = ORDER.filter((name) => thresholds[name] !== undefined).flatMap((name) => {
    const found = valueAt(levels, name, level);
    return found ? [`${METRICS[name].name} ${found.estimated ? "~" : ""}${printMetric(name, found.value)}`] : [];
  });
  const printed = `${limit.kind === "estimated" ? "~" : ""}${shortest(level)}`;
  if (held.length > 0) out.push(`At ${printed}${rules.whole ? "" : "/s"}: ${held.join(", ")}.`);
  if (within && limit.kind !== "open") out.push(`Largest level within every threshold: ${within.text}.`);
  if (!within) out.push("No tested level is within every threshold.");
  return out;
}

/** @param {string} words */
function capital(words) {
  return words[0].toUpperCase() + words.slice(1);
}

/**
 * A metric at a level, tested or read off the straight line between the two around it.
 * @param {Level[]} levels
 * @param {Metric} metric
 * @param {number} at
 */
function valueAt(levels, metric, at) {
  const high = levels.find((level) => level.level >= at);
  const to = high?.[metric] ?? null;
  if (!high || to === null) return null;
  if (high.level === at) return { value: to, estimated: false };
  const low = levels[levels.indexOf(high) - 1];
  const from = low?.[metric] ?? null;
  if (!low || from === null) return null;
  return { value: between([low.level, from], [high.level, to], at), estimated: true };
}

/**
 * Draws other thresholds and the limit they give in place of the report's.
 * @param {Picture} picture
 * @param {UseCase} useCase
 * @param {Thresholds} thresholds
 * @param {Limit} limit
 */
function layLimit(picture, useCase, thresholds, limit) {
  const [left, top, right, foot] = picture.frame.box;
  picture.svg.classList.add("gm-other-limit");
  for (const label of picture.svg.querySelectorAll(".gm-label")) {
    label.classList.toggle("gm-of-rule", picture.ruleWords.has(label.textContent));
  }
  const parts = [];
  const at = limit.level ?? useCase.levels[0].level;
  const x = limit.kind === "unmet" ? left : picture.across(at);
  if (limit.kind !== "open") {
    parts.push(drawn("path", { d: `M${x} ${top}H${right}V${foot}H${x}z`, fill: "var(--gm-bad)", "fill-opacity": 0.06 }));
  }
  if (limit.kind === "tested" || limit.kind === "estimated") {
    const dash = limit.kind === "estimated" ? "1.5 2.5" : "none";
    const line = { stroke: "var(--gm-ink)", "stroke-width": 0.9, "stroke-dasharray": dash };
    parts.push(drawn("path", { d: `M${x} ${top}V${foot}`, ...line }));
  }
  const beyondMiddle = x > (left + right) / 2;
  const words = {
    x: beyondMiddle ? Math.min(right, x + 60) : Math.max(left, x - 60),
    y: top - 5.5,
    "text-anchor": beyondMiddle ? "end" : "start",
    "font-size": 8,
  };
  parts.push(drawn("text", { ...words, "font-weight": 600, fill: "var(--gm-ink)" }, `With these thresholds: ${limit.text}`));
  for (const metric of ORDER) {
    const value = thresholds[metric];
    const { name, rule, unit } = METRICS[metric];
    const series = picture.chart.series.findIndex((one) => one.name.toLowerCase().includes(name.toLowerCase()));
    if (value === undefined || series < 0 || picture.off.has(series)) continue;
    const y = picture.down(value, picture.chart.series[series].right);
    if (!(y >= top && y <= foot)) continue;
    const colour = `var(--gm-s${(series % 8) + 1})`;
    parts.push(drawn("path", { d: `M${left} ${y}H${right}`, stroke: colour, "stroke-width": 1, "stroke-dasharray": "4 3" }));
    const atRight = clearance(picture, y, true) > clearance(picture, y, false);
    const place = { x: atRight ? right - 4 : left + 4, y: y - 4.4, "text-anchor": atRight ? "end" : "start" };
    const label = { class: "gm-halo", ...place, "font-size": 7.5, "font-weight": 600, fill: colour };
    parts.push(drawn("text", label, `${rule} ${shortest(value)} ${unit}`));
  }
  picture.over.replaceChildren(...parts);
}

/**
 * How far a threshold's height is from the lines at an end of the picture.
 * @param {Picture} picture
 * @param {number} y
 * @param {boolean} atRight
 */
function clearance(picture, y, atRight) {
  const ends = picture.chart.series.map((series) => {
    const [, value] = series.points[atRight ? series.points.length - 1 : 0] ?? [0, 0];
    return Math.abs(picture.down(value, series.right) - y);
  });
  return Math.min(...ends);
}
