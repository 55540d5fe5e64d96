// How numbers are printed: as src/format.rs does, to the digit.

/**
 * A number with a fixed number of decimals. Ties round to even on the exact binary value, and nothing is `-0`.
 * @param {number} value
 * @param {number} decimals
 */
function fixed(value, decimals) {
  let text = value.toFixed(decimals);
  // toFixed rounds ties up. Only a value that is odd in units of 2^-(decimals+1) lies on one.
  const halves = Math.abs(value) * 2 ** (decimals + 1);
  if (halves < 2 ** 53 && halves % 2 === 1) {
    const below = Math.floor((Math.abs(value) * 10 ** decimals * 2) / 2);
    const even = below % 2 === 0 ? below : below + 1;
    text = ((Math.sign(value) * even) / 10 ** decimals).toFixed(decimals);
  }
  return /^-0?\.?0*$/.test(text) ? text.slice(1) : text;
}

/**
 * Whole, with thousands separated: `20,304`.
 * @param {number} value
 */
function thousands(value) {
  return fixed(value, 0).replace(/\B(?=(\d{3})+$)/g, ",");
}

/**
 * As few digits as read back as the same number, never with an exponent.
 * @param {number} value
 */
function shortest(value) {
  const [digits, exponent] = String(value).split("e");
  if (exponent === undefined) return digits;
  const [whole, fraction = ""] = digits.split(".");
  const at = Number(exponent);
  if (at < 0) return `0.${"0".repeat(-at - 1)}${whole}${fraction}`;
  return `${whole}${fraction.padEnd(at, "0")}`;
}

/**
 * A value as tables and tooltips say it, with its unit: `398 ms`, `765.4 tok/s`.
 * @param {Quantity} quantity
 * @param {number} value
 * @returns {string}
 */
function print(quantity, value) {
  switch (quantity) {
    case "context":
      return value % 1024 === 0 ? `${value / 1024}K` : shortest(value);
    case "concurrency":
      return thousands(value);
    case "request_rate":
      return shortest(value);
    case "seconds":
      return fixed(value * 1000, 0).length <= 3 ? print("milliseconds", value) : `${fixed(value, 1)} s`;
    case "milliseconds":
      return `${fixed(value * 1000, 0)} ms`;
    case "tokens_per_second":
      return `${fixed(value, 1)} tok/s`;
    case "whole_tokens_per_second":
      return `${thousands(value)} tok/s`;
    case "percent":
      return `${fixed(value * 100, 0)}%`;
    case "watts":
      return `${thousands(value)} W`;
  }
}

/**
 * A printed level in a sentence: `32K context`, `10 concurrent requests`, `2.5 requests/s`.
 * @param {Quantity} quantity
 * @param {string} printed
 */
function phrase(quantity, printed) {
  const one = /^[~<]?1$/.test(printed);
  if (quantity === "concurrency") return `${printed} concurrent ${one ? "request" : "requests"}`;
  if (quantity === "request_rate") return `${printed} ${one ? "request" : "requests"}/s`;
  return /[a-z]$/.test(printed) || printed === "" ? printed : `${printed} context`;
}
