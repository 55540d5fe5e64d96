// A chart of two measured values: its points are read one by one, for nothing may be read off between them.

/** A point of a line. @typedef {{ at: number, x: number, y: number, words: string }} PathPoint */

/** The points of each picture, once they are known. @type {WeakMap<PathPicture, PathPoint[]>} */
const POINTS = new WeakMap();

/** A picture of lines from load to load. */
class PathPicture extends Picture {
  /** @override */
  help() {
    return "Left and right arrows read the points, line after line.";
  }

  /** Every point in the order of the lines, with the words that the page came with. @returns {PathPoint[]} */
  points() {
    const groups = [...this.original.querySelectorAll(".gm-series")];
    const drawnSeries = this.chart.series.flatMap((series, at) => (series.points.length ? [{ series, at }] : []));
    const all = POINTS.get(this) ?? drawnSeries.flatMap(({ series, at }, group) => {
      const titles = [...groups[group].querySelectorAll(".gm-points title")];
      return series.points.map(([x, y], point) => ({ at, x, y, words: titles[point]?.textContent ?? "" }));
    });
    POINTS.set(this, all);
    return all;
  }

  /** Numbers of the points whose lines are shown. */
  shown() {
    return this.points().flatMap(({ at }, number) => (this.off.has(at) ? [] : [number]));
  }

  /** @override */
  ends() {
    const shown = this.shown();
    return [shown[0], shown[shown.length - 1]];
  }

  /**
   * @override
   * @param {number} step
   * @returns {number}
   */
  next(step) {
    const shown = this.shown();
    const from = this.at;
    if (from === null) return shown[0];
    return (step > 0 ? shown.find((number) => number > from) : shown.findLast((number) => number < from)) ?? from;
  }

  /** @override @param {number} number */
  where(number) {
    return this.across(this.points()[number].x);
  }

  /** @override @param {PointerEvent} event */
  point(event) {
    const picture = this.svg.getBoundingClientRect();
    const unit = picture.width / this.svg.viewBox.baseVal.width;
    const [x, y] = [(event.clientX - picture.left) / unit, (event.clientY - picture.top) / unit];
    /** @param {number} number */
    const far = (number) => {
      const point = this.points()[number];
      return Math.hypot(this.across(point.x) - x, this.down(point.y, false) - y);
    };
    const shown = this.shown();
    if (shown.length > 0) this.read(shown.reduce((best, number) => (far(number) < far(best) ? number : best)));
  }

  /** @override @param {number | undefined} number */
  read(number) {
    const point = number === undefined ? undefined : this.points()[number];
    if (number === undefined || !point || this.off.has(point.at)) return this.leave();
    this.at = number;
    const colon = point.words.indexOf(": ");
    const mark = drawn("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" });
    mark.append(drawn("circle", { cx: 5, cy: 5, r: 3.5, ...ink(point.at, false) }));
    this.tip.replaceChildren(
      element("p", { class: "reading-title" }, point.words.slice(0, colon)),
      element("dl", { class: "told" }, element("dt", {}, mark, this.chart.series[point.at].name || "Value"),
        element("dd", { "data-value": String(point.y) }, point.words.slice(colon + 2))));
    this.tip.hidden = false;
    const ring = { cx: this.across(point.x), cy: this.down(point.y, false), r: 5.5, fill: "none", stroke: "var(--gm-ink)" };
    this.pointer.replaceChildren(drawn("circle", ring));
    this.moveTip(number);
  }

  /**
   * @override
   * @param {SVGSVGElement} svg
   * @param {Frame} frame
   */
  use(svg, frame) {
    // Its points keep their words, which the picture is about to lose.
    this.points();
    super.use(svg, frame);
  }
}
