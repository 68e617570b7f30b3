// The raw Bot API traffic, for whoever wants to see how it works.

import { read } from "./server.js";
import { element } from "./element.js";

const KEPT = 200;

export class TrafficLog {
  constructor() {
    this.panel = document.getElementById("traffic");
    this.button = document.getElementById("traffic-button");
    this.list = document.getElementById("entries");
    this.filter = document.getElementById("traffic-filter");
    this.none = document.getElementById("no-entries");
    this.lines = new Map();
    this.button.onclick = () => this.show(this.panel.hidden);
    document.getElementById("traffic-close").onclick = () => this.show(false);
    this.filter.oninput = () => this.sift();
    this.panel.onkeydown = (event) => { if (event.key === "Escape") this.show(false); };
  }

  async show(visible) {
    this.panel.hidden = !visible;
    this.button.setAttribute("aria-expanded", String(visible));
    if (!visible) return this.button.focus();
    this.filter.focus();
    return this.refresh();
  }

  // Nothing is kept while nobody looks; what was missed is asked for.
  async refresh() {
    if (this.panel.hidden) return;
    const newest = Math.max(0, ...this.lines.keys());
    const { entries } = await read(`traffic?after=${newest}`);
    entries.forEach((entry) => this.add(entry));
    this.sift();
  }

  forget() {
    this.lines.clear();
    this.list.replaceChildren();
  }

  add(entry) {
    if (this.panel.hidden || this.lines.has(entry.n)) return;
    const words = `${entry.method} ${JSON.stringify(entry.request)} ${JSON.stringify(entry.response)}`.toLowerCase();
    const line = element("li", {}, drawn(entry));
    this.lines.set(entry.n, { words, line });
    this.list.prepend(line);
    line.hidden = !words.includes(this.wanted());
    this.none.hidden = this.none.hidden || !line.hidden;
    for (const oldest of [...this.lines.keys()].slice(0, -KEPT)) {
      this.lines.get(oldest).line.remove();
      this.lines.delete(oldest);
    }
  }

  wanted() {
    return this.filter.value.trim().toLowerCase();
  }

  sift() {
    const wanted = this.wanted();
    for (const { words, line } of this.lines.values()) line.hidden = !words.includes(wanted);
    this.none.hidden = [...this.lines.values()].some(({ line }) => !line.hidden);
  }
}

function drawn(entry) {
  const fromBot = entry.direction === "call";
  const summary = element(
    "summary", {},
    element("span", { className: "at", textContent: entry.at.slice(11, 19) }),
    element("b", { textContent: entry.method }),
    element("span", { className: "way", textContent: fromBot ? "from the bot" : "to the bot" }),
    element("span", { className: "how", textContent: entry.ok ? "ok" : "refused" }),
    element("span", { className: "ms", textContent: `${entry.ms.toFixed(1)} ms` }),
  );
  const details = element("details", { className: entry.ok ? "" : "refused" }, summary);
  details.ontoggle = () => {
    if (details.children.length > 1) return;
    for (const [title, part] of [["Request", entry.request], ["Response", entry.response]]) {
      details.append(element("h3", { textContent: title }), element("pre", { textContent: JSON.stringify(part, null, 2), tabIndex: 0 }));
    }
  };
  return details;
}
