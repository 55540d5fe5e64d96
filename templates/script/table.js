// The tables under the charts: sorted by a column, copied as CSV.

/** Makes the columns of a table sort it; a third press restores the order it had. @param {HTMLTableElement} table */
function makeSortable(table) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead?.rows[0].cells ?? []];
  heads.forEach((head, at) => {
    if (head.tagName !== "TH") return;
    const words = [...head.childNodes];
    const sort = button("", () => {
      const way = { none: "ascending", ascending: "descending", descending: "none" }[head.ariaSort ?? "none"];
      for (const other of heads) other.removeAttribute("aria-sort");
      if (way && way !== "none") head.setAttribute("aria-sort", way);
      const order = way === "none" ? rows : [...rows].sort((a, b) => compare(a.cells[at], b.cells[at], way === "descending"));
      body.append(...order);
    }, { class: "sort" });
    sort.append(...words);
    head.append(sort);
  });
}

/**
 * The number that a cell holds at full precision: in its attribute, or what it says where that is the number itself.
 * @param {HTMLTableCellElement} cell
 */
function valueOf(cell) {
  return cell.dataset.value === "" ? cell.textContent ?? "" : cell.dataset.value;
}

/**
 * Numbers before words, what was not measured last whichever way.
 * @param {HTMLTableCellElement} a
 * @param {HTMLTableCellElement} b
 * @param {boolean} descending
 */
function compare(a, b, descending) {
  const [x, y] = [valueOf(a), valueOf(b)];
  const sign = descending ? -1 : 1;
  if (x !== undefined && y !== undefined) return sign * (Number(x) - Number(y));
  if (x !== undefined || y !== undefined) return x === undefined ? 1 : -1;
  return sign * (a.textContent ?? "").localeCompare(b.textContent ?? "", "en");
}

/** A table as CSV: numbers at full precision, what was not measured empty. @param {HTMLTableElement} table */
function csv(table) {
  /** @param {HTMLTableCellElement} cell */
  const field = (cell) => {
    const value = valueOf(cell);
    if (value !== undefined) return value;
    const text = (cell.textContent ?? "").trim();
    if (text === "–") return "";
    // What a spreadsheet would take for a formula gets an apostrophe.
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [...table.rows].map((row) => `${[...row.cells].map(field).join(",")}\n`).join("");
}

/** Tables of numbers get their controls. */
function startTables() {
  for (const table of document.querySelectorAll("table")) {
    if (table.querySelectorAll("tbody td[data-value]").length < 4 || table.tBodies[0].rows.length < 3) continue;
    makeSortable(table);
    const box = table.closest(".numbers");
    if (!box) continue;
    const copier = button("Copy as CSV", () => void copy(copier, csv(table)), { class: "control" });
    box.append(element("p", { class: "controls" }, copier));
  }
}
