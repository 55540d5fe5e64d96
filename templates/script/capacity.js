// Capacity limits: the rule of src/analysis/capacity, operation by operation, so that both agree to the last digit.

/** The conditions in the order that decides between equals. @type {Condition[]} */
const CONDITIONS = ["success", "ttft", "e2e", "generation_speed"];
/** What a decimal number may lose on its way into binary, relative. */
const BINARY = 1e-12;
/** What an intersection of two lines may lose to rounding. */
const CROSSING = 1e-9;
/** How close to the failing level the crossing must lie for that level to stand on the threshold. */
const ON_THRESHOLD = 0.75;
/** 97.5th percentile of the standard normal distribution. */
const Z_95 = 1.959963984540054;

/**
 * What one condition allows.
 * @typedef {{ condition: Condition, open: boolean, level: number | null, within: number | null,
 *   bracket: [number | null, number | null], crossing: number | null, interval: [number, number] | null }} Verdict
 */

/**
 * What a use case can carry.
 * @typedef {{ kind: "tested" | "estimated" | "open" | "unmet", level: number | null, text: string,
 *   within: { level: number, text: string, binding: Condition | null } | null, binding: Condition | null,
 *   bracket: [number | null, number | null], crossing: number | null, interval: [number, number] | null }} Limit
 */

/**
 * The limit of a use case.
 * @param {Level[]} levels ascending, at least one
 * @param {Thresholds} thresholds
 * @param {Rules} rules
 * @returns {Limit}
 */
function judge(levels, thresholds, rules) {
  /** @type {Verdict[]} */
  const verdicts = [];
  for (const condition of CONDITIONS) {
    if (condition === "success") verdicts.push(success(levels));
    else {
      const threshold = thresholds[condition];
      if (threshold !== undefined) verdicts.push(onThreshold(condition, threshold, levels, rules));
    }
  }
  const crossing = smallest(verdicts, (verdict) => verdict.level);
  const within = smallest(verdicts, (verdict) => verdict.within);
  const [binding, level] = rules.rule === "within" ? [within, within.within] : [crossing, crossing.level];
  return {
    ...limit(binding, level, levels),
    within: within.within === null ? null : {
      level: within.within,
      text: levelText(within, within.within),
      binding: within.open ? null : within.condition,
    },
    binding: binding.open ? null : binding.condition,
    bracket: binding.bracket,
    crossing: binding.crossing,
    interval: binding.interval,
  };
}

/**
 * @param {Verdict} binding
 * @param {number | null} level
 * @param {Level[]} levels
 * @returns {Pick<Limit, "kind" | "level" | "text">}
 */
function limit(binding, level, levels) {
  const largest = levels[levels.length - 1].level;
  if (binding.open) return { kind: "open", level: largest, text: `${shortest(largest)}+` };
  if (level === null) return { kind: "unmet", level: null, text: `<${shortest(levels[0].level)}` };
  return { kind: isEstimated(binding, level) ? "estimated" : "tested", level, text: levelText(binding, level) };
}

/**
 * Failed requests: no line to read a level off, so the last level that passes is the limit.
 * @param {Level[]} levels
 * @returns {Verdict}
 */
function success(levels) {
  const at = levels.findIndex((level) => level.failed);
  if (at < 0) return unbound("success", levels);
  const low = at > 0 ? levels[at - 1].level : null;
  const bracket = /** @type {[number | null, number]} */ ([low, levels[at].level]);
  return { condition: "success", open: false, level: low, within: low, bracket, crossing: low, interval: null };
}

/**
 * @param {Condition} condition
 * @param {Level[]} levels
 * @returns {Verdict}
 */
function unbound(condition, levels) {
  const largest = levels[levels.length - 1].level;
  return { condition, open: true, level: null, within: largest, bracket: [largest, null], crossing: null, interval: null };
}

/**
 * @param {Metric} condition
 * @param {number} threshold
 * @param {Level[]} levels
 * @param {Rules} rules
 * @returns {Verdict}
 */
function onThreshold(condition, threshold, levels, rules) {
  /** @type {[number, number, number | undefined][]} */
  const points = [];
  for (const level of levels) {
    const value = level[condition];
    if (value !== null) points.push([level.level, value, level.errors[condition]]);
  }
  const at = points.findIndex(([, value]) => !passes(condition, threshold, value));
  if (at < 0) return unbound(condition, levels);
  const [high, highValue, highError] = points[at];
  const standsOn = nearlyPasses(condition, threshold, highValue, rules.near);
  if (at === 0) {
    const level = standsOn ? high : null;
    return { condition, open: false, level, within: null, bracket: [null, high], crossing: null, interval: null };
  }
  const [low, lowValue, lowError] = points[at - 1];
  const share = (threshold - lowValue) / (highValue - lowValue);
  const crossing = Math.min(Math.max(low + share * (high - low), low), high);
  const down = rules.whole ? wholeDown(crossing, low, high) : Math.max(twoDigitsDown(crossing), low);
  const nearest = rules.whole ? wholeNearest(crossing, low, high) : Math.max(twoDigits(crossing).value, low);
  const atNearest = between([low, lowValue], [high, highValue], nearest);
  let level = down;
  if (standsOn && crossing >= ON_THRESHOLD * high * (1 - BINARY)) level = high;
  else if (nearlyPasses(condition, threshold, atNearest, rules.near)) level = nearest;
  const interval = lowError === undefined || highError === undefined ? null
    : crossingInterval([low, lowValue], [high, highValue], threshold, crossing, [lowError, highError]);
  return { condition, open: false, level, within: down, bracket: [low, high], crossing, interval };
}

/**
 * 95 % interval of a crossing by the delta method, within the two levels around it; see interval.rs for the formula.
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @param {number} threshold
 * @param {number} crossing
 * @param {[number, number]} errors standard errors of the two means
 * @returns {[number, number]}
 */
function crossingInterval([x0, y0], [x1, y1], threshold, crossing, errors) {
  const scale = (x1 - x0) / ((y1 - y0) * (y1 - y0));
  const from = scale * (threshold - y1) * errors[0];
  const to = scale * (threshold - y0) * errors[1];
  const half = Z_95 * Math.sqrt(from * from + to * to);
  return [Math.min(Math.max(crossing - half, x0), x1), Math.min(Math.max(crossing + half, x0), x1)];
}

/**
 * Whether a value passes; one that equals the threshold does.
 * @param {Metric} condition
 * @param {number} threshold
 * @param {number} value
 */
function passes(condition, threshold, value) {
  return condition === "generation_speed" ? value >= threshold * (1 - BINARY) : value <= threshold * (1 + BINARY);
}

/**
 * Whether it passes, or misses by no more than the share `near` of the threshold.
 * @param {Metric} condition
 * @param {number} threshold
 * @param {number} value
 * @param {number} near
 */
function nearlyPasses(condition, threshold, value, near) {
  return passes(condition, threshold, value) || Math.abs(value / threshold - 1) <= near + BINARY;
}

/**
 * The value at a level on the straight line through two tested ones.
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @param {number} level
 */
function between(from, to, level) {
  const share = (level - from[0]) / (to[0] - from[0]);
  return from[1] + share * (to[1] - from[1]);
}

/**
 * The verdict with the smallest level; of equals the smaller crossing, then the order of conditions.
 * @param {Verdict[]} verdicts
 * @param {(verdict: Verdict) => number | null} level
 */
function smallest(verdicts, level) {
  /** @param {Verdict} verdict */
  const height = (verdict) => (verdict.open ? Infinity : (level(verdict) ?? -Infinity));
  /** @param {Verdict} verdict */
  const crossing = (verdict) => verdict.crossing ?? -Infinity;
  return verdicts.reduce((best, next) => {
    const [a, b] = [height(best), height(next)];
    return b < a || (b === a && crossing(next) < crossing(best)) ? next : best;
  });
}

/**
 * Whether a level is not one of the two tested levels it lies between.
 * @param {Verdict} verdict
 * @param {number} level
 */
function isEstimated(verdict, level) {
  return verdict.bracket[0] !== level && verdict.bracket[1] !== level;
}

/**
 * @param {Verdict} verdict
 * @param {number} level
 */
function levelText(verdict, level) {
  return `${isEstimated(verdict, level) ? "~" : ""}${shortest(level)}`;
}

/**
 * @param {number} crossing
 * @param {number} low
 * @param {number} high
 */
function wholeDown(crossing, low, high) {
  return Math.max(Math.min(Math.floor(crossing + CROSSING), high - 1), low);
}

/**
 * @param {number} crossing
 * @param {number} low
 * @param {number} high
 */
function wholeNearest(crossing, low, high) {
  if (wholeDown(crossing, low, high) === low) return low;
  return Math.min(Math.floor(crossing + 0.5 + CROSSING), high - 1);
}

/**
 * A value to two significant digits, ties to even, with the digits and the power of ten they count.
 * @param {number} value
 */
function twoDigits(value) {
  // So many digits hold every double near a tie exactly.
  const [digits, exponent] = value.toExponential(60).split("e");
  let two = Number(digits[0] + digits[2]);
  const rest = digits.slice(3);
  const half = `5${"0".repeat(rest.length - 1)}`;
  if (rest > half || (rest === half && two % 2 === 1)) two += 1;
  const power = Number(exponent) - 1;
  return two === 100
    ? { value: scaled(10, power + 1), digits: 10, power: power + 1 }
    : { value: scaled(two, power), digits: two, power };
}

/**
 * The same, rounded towards zero.
 * @param {number} value
 */
function twoDigitsDown(value) {
  const rounded = twoDigits(value);
  if (rounded.value <= value * (1 + CROSSING)) return rounded.value;
  return rounded.digits === 10 ? scaled(99, rounded.power - 1) : scaled(rounded.digits - 1, rounded.power);
}

/**
 * The number nearest to digits × 10^power: read as text, so that 0.1 is what a person writes as `0.1`.
 * @param {number} digits
 * @param {number} power
 */
function scaled(digits, power) {
  return Number(`${digits}e${power}`);
}
