// The page around the charts: its colours, its contents, and the start of everything.

/** The page's colours: as the system has them, or as the reader wants them. Print stays light. */
function startColours() {
  const key = "gristmill-colours";
  /** @type {MediaList[]} */
  const dark = [];
  for (const rule of document.styleSheets[0].cssRules) {
    if (rule instanceof CSSMediaRule && rule.media.mediaText.includes("prefers-color-scheme: dark")) dark.push(rule.media);
  }
  const original = dark.map((media) => media.mediaText);
  /** @param {string} colours */
  const apply = (colours) => {
    dark.forEach((media, at) => (media.mediaText = { light: "not all", dark: "screen" }[colours] ?? original[at]));
    document.documentElement.style.colorScheme = colours === "system" ? "" : colours;
  };
  let kept = "system";
  try {
    kept = localStorage.getItem(key) ?? kept;
  } catch {
    // Some browsers keep nothing for files from disk.
  }
  if (kept !== "light" && kept !== "dark") kept = "system";
  apply(kept);
  const options = /** @type {[string, string][]} */ ([["light", "Light"], ["dark", "Dark"], ["system", "System"]]);
  const colours = choice("Colours", options, kept, (chosen) => {
    apply(chosen);
    try {
      localStorage.setItem(key, chosen);
    } catch {
      // As above: the choice then holds for this visit.
    }
  });
  document.querySelector(".cover-inner")?.prepend(element("div", { class: "colours" }, colours));
}

/** Marks in the contents where the reader is, and keeps that in sight. */
function startContents() {
  const nav = /** @type {HTMLElement | null} */ (document.querySelector(".contents"));
  if (!nav) return;
  const links = [...nav.querySelectorAll("a")].filter((link) => link.hash.length > 1);
  const places = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  /** @type {HTMLAnchorElement | undefined} */
  let current;
  const follow = () => {
    let at = -1;
    places.forEach((place, next) => {
      if (place && place.getBoundingClientRect().top < innerHeight / 3) at = next;
    });
    if (links[at] === current) return;
    current?.removeAttribute("aria-current");
    current = links[at];
    current?.setAttribute("aria-current", "true");
    if (current && nav.scrollHeight > nav.clientHeight) {
      nav.scrollTop = current.offsetTop - nav.clientHeight / 2;
    }
  };
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      follow();
    });
  }, { passive: true });
  follow();
}

startColours();
startContents();
startTables();
/** @type {PageData} */
const given = JSON.parse(document.getElementById("gm-data")?.textContent ?? "{}");
/** The charts on the other scale, read when a reader first asks for one. @type {Promise<Alternates> | undefined} */
let alternates;
async function readAlternates() {
  const bytes = Uint8Array.from(atob(given.alternates), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}
for (const [id, chart] of Object.entries(given.charts ?? {})) {
  const figure = document.getElementById(`figure-${id}`);
  if (!figure) continue;
  const picture = new (chart.levels.length > 0 ? Picture : PathPicture)(figure, chart, async () => (await (alternates ??= readAlternates()))[id]);
  if (given.use_cases[id]) startCalculator(figure, picture, given.use_cases[id]);
}
for (const figure of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("figure[data-chart]"))) {
  if (figure.querySelector(".controls")) continue;
  const box = figure.querySelector(".chart");
  const tools = element("div", { class: "tools" }, fullSize(figure, box?.getAttribute("aria-label") ?? "", () => undefined));
  box?.before(element("div", { class: "controls" }, tools));
}
