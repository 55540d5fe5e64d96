// A chart under the reader's pointer and keys: values, series on and off, the other scale, full size.

/** How near to a tested level the pointer means that level, in the picture's units. */
const NEAR = 6;

/** A picture in the page with the numbers behind it. */
class Picture {
  /**
   * @param {HTMLElement} figure
   * @param {Chart} chart
   * @param {() => Promise<{ frame: Frame, picture: string }>} alternate
   */
  constructor(figure, chart, alternate) {
    this.figure = figure;
    this.alternate = alternate;
    this.chart = chart;
    this.frame = chart.frame;
    this.box = /** @type {HTMLElement} */ (figure.querySelector(".chart"));
    this.svg = /** @type {SVGSVGElement} */ (this.box.querySelector("svg"));
    /** The level that is being read, if any. @type {number | null} */
    this.at = null;
    /** Which series are switched off. @type {Set<number>} */
    this.off = new Set();
    /** Redraws what another part of the script has laid over the picture. @type {((picture: Picture) => void) | null} */
    this.laidOver = null;
    /** The picture as the page came with it. */
    this.original = this.svg;
    this.title = this.svg.querySelector("title")?.textContent ?? "";
    /** The scale that the reader wants to see. */
    this.wanted = String(chart.frame.y.scale);
    /** Words of the thresholds, which stand on them as labels. @type {Set<string | null>} */
    this.ruleWords = new Set();
    /** What other parts of the script, and the reader's pointer, lay over the picture. */
    this.over = drawn("g", { class: "gm-over" });
    this.pointer = drawn("g", { class: "gm-pointer" });
    this.tip = element("div", { class: "reading", role: "status" });
    this.tip.hidden = true;
    figure.append(this.tip);
    this.addControls();
    this.listen();
    this.use(this.svg, this.frame);
  }

  // Where things lie

  /**
   * The share of an axis below a value.
   * @param {Span} span
   * @param {number} value
   */
  static share(span, value) {
    if (span.scale === "linear") return (value - span.low) / (span.high - span.low);
    return Math.log(value / span.low) / Math.log(span.high / span.low);
  }

  /** Where a level lies across the picture. @param {number} level */
  across(level) {
    const [left, , right] = this.frame.box;
    return left + Picture.share(this.frame.x, level) * (right - left);
  }

  /**
   * Where a value lies down the picture.
   * @param {number} value
   * @param {boolean} right read on the right axis
   */
  down(value, right) {
    const [, top, , foot] = this.frame.box;
    const span = right && this.frame.right ? this.frame.right : this.frame.y;
    return foot - Picture.share(span, value) * (foot - top);
  }

  /**
   * The level that a place across the picture means: a tested one nearby, else the nearest that could be run.
   * @param {number} x in the picture's units
   */
  levelAt(x) {
    const { levels, quantity } = this.chart;
    const nearest = levels.reduce((best, level) =>
      Math.abs(this.across(level) - x) < Math.abs(this.across(best) - x) ? level : best);
    if (Math.abs(this.across(nearest) - x) <= NEAR) return nearest;
    const [left, , right] = this.frame.box;
    const { scale, low, high } = this.frame.x;
    const share = (x - left) / (right - left);
    const value = scale === "linear" ? low + share * (high - low) : low * (high / low) ** share;
    const after = levels.findIndex((level) => level > value);
    if (after < 1) return nearest;
    const [from, to] = [levels[after - 1], levels[after]];
    const level = roundLevel(quantity, value, to - from);
    return level > from && level < to ? level : nearest;
  }

  /**
   * What every series says at a level: tested, read off the straight line between two tested levels, or unknown.
   * @param {number} level
   */
  readings(level) {
    return this.chart.series.map((series, at) => {
      const after = series.points.findIndex(([x]) => x >= level);
      if (after >= 0 && series.points[after][0] === level) {
        return { series, at, value: series.points[after][1], estimated: false };
      }
      const value = after > 0 ? between(series.points[after - 1], series.points[after], level) : null;
      return { series, at, value, estimated: true };
    }).filter(({ series, at }) => series.points.length > 0 && !this.off.has(at));
  }

  // Reading values

  /** Shows the values at a level. @param {number} level */
  read(level) {
    this.at = level;
    const { quantity, levels, labels } = this.chart;
    const tested = levels.indexOf(level);
    const place = phrase(quantity, tested < 0 ? print(quantity, level) : labels[tested]);
    const readings = this.readings(level);
    const rows = readings.map(({ series, at, value, estimated }) => {
      const mark = drawn("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" });
      mark.append(drawn("circle", { cx: 5, cy: 5, r: 3.5, ...ink(at, estimated) }));
      const said = value === null ? "–" : `${estimated ? "~" : ""}${print(series.quantity, value)}`;
      const name = element("dt", {}, mark, series.name === "" ? "Value" : series.name);
      return [name, element("dd", value === null ? {} : { "data-value": String(value) }, said)];
    });
    const note = readings.some(({ value, estimated }) => estimated && value !== null)
      ? [element("p", { class: "reading-note" }, "~ read off the straight line between tested levels")] : [];
    this.tip.replaceChildren(element("p", { class: "reading-title" }, place), element("dl", {}, ...rows.flat()), ...note);
    this.tip.hidden = false;
    this.mark(level, readings);
    this.moveTip(level);
  }

  /** Shows no values. */
  leave() {
    this.at = null;
    this.tip.hidden = true;
    this.pointer.replaceChildren();
  }

  /**
   * Marks in the picture what is being read.
   * @param {number} level
   * @param {{ series: Series, at: number, value: number | null, estimated: boolean }[]} readings
   */
  mark(level, readings) {
    const [, top, , foot] = this.frame.box;
    const x = this.across(level);
    const line = drawn("path", { d: `M${x} ${top}V${foot}`, stroke: "var(--gm-muted)", "stroke-width": 0.8 });
    const marks = readings.flatMap(({ series, at, value, estimated }) => value === null ? []
      : [drawn("circle", { cx: x, cy: this.down(value, series.right), r: 3.6, ...ink(at, estimated) })]);
    this.pointer.replaceChildren(line, ...marks);
  }

  /** Where what is read lies across the picture. @param {number} level */
  where(level) {
    return this.across(level);
  }

  /** What is read first, and last. */
  ends() {
    const { levels } = this.chart;
    return [levels[0], levels[levels.length - 1]];
  }

  /** How it is read by keys. */
  help() {
    return "Left and right arrows read the values of the tested levels, with shift those between.";
  }

  /** Puts the values beside the level, after it where there is room. @param {number} level */
  moveTip(level) {
    const [figure, picture] = [this.figure.getBoundingClientRect(), this.svg.getBoundingClientRect()];
    const unit = picture.width / this.svg.viewBox.baseVal.width;
    const x = picture.left - figure.left + this.where(level) * unit;
    const width = this.tip.offsetWidth;
    const after = x + 14 + width <= figure.width;
    const wanted = after ? x + 14 : x - 14 - width;
    // Where neither side has room, below the picture rather than on what is being read.
    const top = after || wanted >= 0 ? picture.top + (this.frame.box[1] + 4) * unit : picture.bottom;
    this.tip.style.left = `${Math.max(0, Math.min(wanted, figure.width - width))}px`;
    this.tip.style.top = `${top - figure.top}px`;
  }

  listen() {
    this.box.addEventListener("pointermove", (event) => this.point(event));
    this.box.addEventListener("pointerdown", (event) => this.point(event));
    this.box.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && this.leave());
    this.box.addEventListener("blur", () => this.leave());
    this.box.addEventListener("focus", () => {
      if (this.box.matches(":focus-visible")) this.read(this.at ?? this.ends()[0]);
    });
    this.box.addEventListener("keydown", (event) => this.press(event));
    this.box.addEventListener("scroll", () => this.at !== null && this.moveTip(this.at), { passive: true });
    this.box.setAttribute("aria-description", this.help());
  }

  /** @param {PointerEvent} event */
  point(event) {
    const picture = this.svg.getBoundingClientRect();
    const x = ((event.clientX - picture.left) / picture.width) * this.svg.viewBox.baseVal.width;
    this.read(this.levelAt(x));
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape" && this.at !== null && !this.figure.closest("dialog")) {
      this.leave();
      event.stopPropagation();
    } else if (event.key === "Home") this.read(this.ends()[0]);
    else if (event.key === "End") this.read(this.ends()[1]);
    else if (step) this.read(this.next(step, event.shiftKey));
    else return;
    event.preventDefault();
    if (this.at !== null) this.keepInSight(this.at);
  }

  /**
   * The level after or before the one that is being read.
   * @param {number} step 1 or -1
   * @param {boolean} fine whether to stop between tested levels
   */
  next(step, fine) {
    const { levels } = this.chart;
    const from = this.at;
    if (from === null) return levels[0];
    const beyond = step > 0 ? levels.find((level) => level > from) : levels.findLast((level) => level < from);
    if (beyond === undefined || !fine) return beyond ?? from;
    for (let x = this.across(from) + step; (this.across(beyond) - x) * step > NEAR; x += step) {
      const level = this.levelAt(x);
      if ((level - from) * step > 0) return level;
    }
    return beyond;
  }

  /** Scrolls a narrow page's chart to a level. @param {number} level */
  keepInSight(level) {
    const unit = this.svg.getBoundingClientRect().width / this.svg.viewBox.baseVal.width;
    const x = this.where(level) * unit;
    if (x < this.box.scrollLeft + 40 || x > this.box.scrollLeft + this.box.clientWidth - 40) {
      this.box.scrollLeft = x - this.box.clientWidth / 2;
    }
  }

  // Changing the picture

  addControls() {
    const controls = element("div", { class: "controls" });
    const series = this.chart.series.map((one, at) => ({ one, at })).filter(({ one }) => one.points.length > 0);
    if (series.length > 1) {
      const chips = element("div", { class: "chips", role: "group", "aria-label": "Series" });
      for (const { one, at } of series) {
        const mark = drawn("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" });
        mark.append(drawn("circle", { cx: 5, cy: 5, r: 4, ...ink(at, false) }));
        const chip = button("", () => {
          if (!this.off.delete(at)) this.off.add(at);
          chip.setAttribute("aria-pressed", String(!this.off.has(at)));
          this.showSeries();
        }, { "aria-pressed": "true" });
        chip.append(mark, one.name);
        chips.append(chip);
      }
      controls.append(chips);
    }
    const tools = element("div", { class: "tools" });
    if (this.chart.alternate && "DecompressionStream" in globalThis) {
      const options = /** @type {[string, string][]} */ ([["linear", "Linear"], ["log", "Log"]]);
      tools.append(choice("Vertical scale", options, this.frame.y.scale, (scale) => void this.rescale(scale)));
    }
    tools.append(fullSize(this.figure, this.title, () => this.leave()));
    controls.append(tools);
    this.box.before(controls);
  }

  /**
   * Shows a picture of the chart.
   * @param {SVGSVGElement} svg
   * @param {Frame} frame
   */
  use(svg, frame) {
    // A browser would show these on its own beside the values.
    const titles = [...svg.querySelectorAll("title")];
    const words = this.original.querySelector("desc")?.cloneNode(true);
    if (words && svg !== this.original) svg.querySelector("desc")?.replaceWith(words);
    svg.setAttribute("aria-label", this.title);
    for (const title of svg.querySelectorAll(".gm-rule > title")) this.ruleWords.add(title.textContent);
    for (const title of titles) title.remove();
    this.frame = frame;
    svg.append(this.over, this.pointer);
    if (svg !== this.svg) this.svg.replaceWith(svg);
    this.svg = svg;
    this.showSeries();
  }

  /** @param {string} scale */
  async rescale(scale) {
    this.wanted = scale;
    if (scale === this.chart.frame.y.scale) {
      this.use(this.original, this.chart.frame);
      return;
    }
    const { frame, picture } = await this.alternate();
    const parsed = new DOMParser().parseFromString(picture, "image/svg+xml");
    const svg = /** @type {Element} */ (document.importNode(parsed.documentElement, true));
    // The reader may have changed their mind meanwhile.
    if (this.wanted === scale) this.use(/** @type {SVGSVGElement} */ (svg), frame);
  }

  /** Shows and hides the series, with what has their colour. */
  showSeries() {
    const drawnSeries = this.chart.series.map((series, at) => ({ series, at })).filter(({ series }) => series.points.length);
    this.svg.querySelectorAll(".gm-series").forEach((group, at) => {
      group.classList.toggle("gm-off", this.off.has(drawnSeries[at]?.at ?? -1));
    });
    for (const group of this.svg.querySelectorAll(".gm-label, .gm-rule")) {
      const ofSeries = drawnSeries.filter(({ at }) => hasInk(group, at));
      group.classList.toggle("gm-off", ofSeries.length > 0 && ofSeries.every(({ at }) => this.off.has(at)));
    }
    this.laidOver?.(this);
    if (this.at !== null) this.read(this.at);
    else this.pointer.replaceChildren();
  }
}

/**
 * A button that shows a chart as large as the window.
 * @param {HTMLElement} figure
 * @param {string} title
 * @param {() => void} leave what to do before the chart moves
 */
function fullSize(figure, title, leave) {
  const from = button("Full size", () => {
    const place = document.createComment("");
    const close = button("Close", () => dialog.close(), { class: "control" });
    const dialog = element("dialog", { class: "full", "aria-label": title }, close);
    leave();
    figure.replaceWith(place);
    dialog.append(figure);
    document.body.append(dialog);
    from.hidden = true;
    dialog.addEventListener("close", () => {
      leave();
      place.replaceWith(figure);
      dialog.remove();
      from.hidden = false;
      from.focus();
    });
    dialog.showModal();
    /** @type {HTMLElement | null} */ (figure.querySelector(".chart"))?.focus();
  }, { class: "control" });
  return from;
}

/**
 * The nearest level of a kind that could be run.
 * @param {Quantity} quantity
 * @param {number} value
 * @param {number} gap between the tested levels around it
 */
function roundLevel(quantity, value, gap) {
  if (quantity === "request_rate") return twoDigits(value).value;
  if (quantity !== "context") return Math.round(value);
  const step = gap > 4096 ? 1024 : 128;
  return Math.round(value / step) * step;
}

/**
 * Colours of a series' mark, hollow for an estimate.
 * @param {number} series
 * @param {boolean} hollow
 */
function ink(series, hollow) {
  const colour = `var(--gm-s${(series % 8) + 1})`;
  const ground = "var(--gm-paper)";
  return hollow ? { fill: ground, stroke: colour, "stroke-width": 1.5 } : { fill: colour, stroke: ground, "stroke-width": 1 };
}

/**
 * Whether a part of a picture has the colour of a series.
 * @param {Element} part
 * @param {number} series
 */
function hasInk(part, series) {
  const colour = `--gm-s${(series % 8) + 1},`;
  const own = (part.getAttribute("fill") ?? "") + (part.getAttribute("stroke") ?? "");
  return own.includes(colour) || part.querySelector(`[fill*="${colour}"], [stroke*="${colour}"]`) !== null;
}
