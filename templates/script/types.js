// What the script is given: the block of data in the page, written by `src/render/html/data.rs`. Read by the type
// checker alone; nothing of it is embedded.

/**
 * What values are, as `chart::Quantity` names it.
 * @typedef {"context" | "concurrency" | "request_rate" | "seconds" | "milliseconds" | "tokens_per_second"
 *   | "whole_tokens_per_second" | "percent" | "watts"} Quantity
 */

/**
 * The span of an axis: how values are spaced, and those at its ends.
 * @typedef {{ scale: "linear" | "log", low: number, high: number }} Span
 */

/**
 * Where a picture's axes lie: left, top, right and bottom of the plot in the picture's units, and what they span.
 * @typedef {{ box: [number, number, number, number], x: Span, y: Span, right: Span | null }} Frame
 */

/**
 * A line of a chart: its tested points in ascending order.
 * @typedef {{ name: string, right: boolean, quantity: Quantity, points: [number, number][] }} Series
 */

/**
 * A chart. `labels` are what stands at each of `levels`; both are empty for lines between two measured values, whose points
 * are read one by one. `alternate` says whether there is one on the other scale.
 * @typedef {{ quantity: Quantity, levels: number[], labels: string[], series: Series[], frame: Frame,
 *   alternate: boolean }} Chart
 */

/** Charts on the other scale, as SVG. @typedef {Record<string, { frame: Frame, picture: string }>} Alternates */

/** @typedef {"ttft" | "e2e" | "generation_speed"} Metric */
/** @typedef {Metric | "success"} Condition */

/**
 * A tested level: the chosen statistic of each metric, its standard error where it is a mean and that is known, and whether
 * too many requests failed there.
 * @typedef {{ level: number, failed: boolean, errors: Partial<Record<Metric, number>> } & Record<Metric, number | null>} Level
 */

/**
 * What limits are judged by.
 * @typedef {{ whole: boolean, near: number, rule: "crossing" | "within" }} Rules
 */

/** @typedef {Partial<Record<Metric, number>>} Thresholds */

/**
 * A use case: its levels, its thresholds, and the name of each metric with its statistic.
 * @typedef {{ levels: Level[], thresholds: Thresholds, names: Record<Metric, string>, rules: Rules }} UseCase
 */

/**
 * All of it. `alternates` is JSON of `Alternates`, deflated (zlib), in base64.
 * @typedef {{ charts: Record<string, Chart>, use_cases: Record<string, UseCase>, alternates: string }} PageData
 */
