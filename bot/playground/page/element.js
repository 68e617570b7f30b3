// Elements of the page. Words given here only ever become text, never HTML.

// Properties by name; what the element does not know, such as aria-label, is set as an attribute.
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

const ICONS = {
  send: "M3 20 21 12 3 4v6l11 2-11 2z",
  attach: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z",
  more: "M12 4a2 2 0 110 4 2 2 0 010-4zm0 6a2 2 0 110 4 2 2 0 010-4zm0 6a2 2 0 110 4 2 2 0 010-4z",
  down: "M12 16 5 9l1.5-1.5L12 13l5.5-5.5L19 9z",
  close: "M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4-5.6-5.6L6.4 19 5 17.6 10.6 12 5 6.4z",
  file: "M6 2h8l5 5v15H6zm7 1.5V8h4.5z",
  place: "M12 2a7 7 0 017 7c0 5-7 13-7 13S5 14 5 9a7 7 0 017-7zm0 4.5a2.5 2.5 0 100 5 2.5 2.5 0 000-5z",
};
const SVG = "http://www.w3.org/2000/svg";

// Drawn, because not every computer has letters for such signs; its button carries the words.
export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  drawing.classList.add("icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  drawing.append(path);
  return drawing;
}

export function iconButton(name, label, pressed, className = "round") {
  return element("button", { type: "button", className, title: label, "aria-label": label, onclick: pressed }, icon(name));
}
