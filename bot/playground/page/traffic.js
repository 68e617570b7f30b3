// The raw Bot API traffic, for whoever wants to see how it works.

import { read } from "./server.js";
import { element } from "./message.js";

const KEPT = 200;

export class TrafficLog {
  constructor() {
    this.panel = document.getElementById("traffic");
    this.button = document.getElementById("traffic-button");
    this.list = document.getElementById("entries");
    this.filter = document.getElementById("traffic-filter");
    this.button.onclick = () => this.show(this.panel.hidden);
    document.getElementById("traffic-close").onclick = () => this.show(false);
    this.filter.oninput = () => [...this.list.children].forEach((line) => this.sift(line));
    this.panel.onkeydown = (event) => event.key === "Escape" && this.show(false);
  }

  async show(visible) {
    this.panel.hidden = !visible;
    this.button.setAttribute("aria-expanded", String(visible));
    if (!visible) return this.button.focus();
    const { entries } = await read("traffic?after=0");
    this.list.replaceChildren();
    entries.forEach((entry) => this.add(entry));
    this.filter.focus();
  }

  add(entry) {
    if (this.panel.hidden) return;
    const arrow = entry.direction === "call" ? "→" : "←";
    const summary = element(
      "summary", {},
      element("span", { textContent: entry.at.slice(11, 19) }),
      element("b", { textContent: `${arrow} ${entry.method}` }),
      element("span", { textContent: entry.ok ? "ok" : "refused" }),
      element("span", { textContent: `${entry.ms} ms` }),
    );
    const details = element("details", { className: entry.ok ? "" : "refused" }, summary);
    details.ontoggle = () => {
      if (!details.open || details.children.length > 1) return;
      const json = [entry.request, entry.response].map((part) => JSON.stringify(part, null, 2)).join("\n\n⇒ ");
      details.append(element("pre", { textContent: json }));
    };
    const line = element("li", {}, details);
    line.dataset.method = entry.method.toLowerCase();
    this.sift(line);
    this.list.prepend(line);
    while (this.list.children.length > KEPT) this.list.lastChild.remove();
  }

  sift(line) {
    line.hidden = !line.dataset.method.includes(this.filter.value.trim().toLowerCase());
  }
}
