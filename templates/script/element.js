// Making elements. Text is set as text; nothing here reads markup.

/**
 * An element with attributes and what it holds.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} held
 * @returns {HTMLElementTagNameMap[K]}
 */
function element(tag, attributes = {}, ...held) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...held);
  return made;
}

/**
 * An element of a picture.
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {string} [text]
 */
function drawn(tag, attributes, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.textContent = text;
  return made;
}

/**
 * A button that does something.
 * @param {string} words
 * @param {() => void} act
 * @param {Record<string, string>} [attributes]
 */
function button(words, act, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, words);
  made.addEventListener("click", act);
  return made;
}

/**
 * Buttons of which one is chosen. `choose` is told when the reader chooses another.
 * @param {string} title
 * @param {[string, string][]} options value and words of each
 * @param {string} chosen
 * @param {(value: string) => void} choose
 */
function choice(title, options, chosen, choose) {
  const group = element("div", { class: "choice", role: "group", "aria-label": title });
  const buttons = options.map(([value, words]) => {
    const pressed = String(value === chosen);
    const made = button(words, () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === made));
      choose(value);
    }, { "aria-pressed": pressed });
    return made;
  });
  group.append(...buttons);
  return group;
}

/**
 * Copies text, and says on the button whether that went well.
 * @param {HTMLButtonElement} from
 * @param {string} text
 */
async function copy(from, text) {
  const words = from.textContent;
  try {
    await navigator.clipboard.writeText(text);
    from.textContent = "Copied";
  } catch {
    from.textContent = "Copying is not allowed here";
  }
  setTimeout(() => (from.textContent = words), 2000);
}
