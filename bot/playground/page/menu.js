// A small menu over a chat: opened by a button or by typing "/", walked with the arrow keys, closed with Escape.

import { element } from "./element.js";

export class Menu {
  constructor(room) {
    this.room = room;
    this.node = null;
    this.opener = null;
    document.addEventListener("pointerdown", (event) => {
      if (this.node && !this.node.contains(event.target) && !this.opener.contains(event.target)) this.close();
    });
  }

  // A second press on the same button closes it again.
  toggle(opener, label, items, className = "") {
    const same = this.node && this.opener === opener;
    this.close();
    if (same) return;
    this.open(opener, label, items, className);
    this.focus();
  }

  open(opener, label, items, className = "") {
    this.close();
    this.opener = opener;
    this.node = element("div", { className: `menu ${className}`, role: "group", "aria-label": label }, ...items);
    this.node.onkeydown = (event) => this.walk(event);
    opener.setAttribute("aria-expanded", "true");
    this.room.append(this.node);
  }

  item(label, note, chosen) {
    const made = element("button", { type: "button" }, element("b", { textContent: label }), element("span", { textContent: note, dir: "auto" }));
    made.onclick = () => {
      this.close(true);
      chosen();
    };
    return made;
  }

  focus() {
    this.node?.querySelector("button, select")?.focus();
  }

  walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.tagName === "SELECT") return;
    event.preventDefault();
    const stops = [...this.node.querySelectorAll("button, select")];
    stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length].focus();
  }

  // With `back`, the focus returns to where it was before.
  close(back = false) {
    if (!this.node) return;
    const { opener, node } = this;
    this.node = this.opener = null;
    opener.setAttribute("aria-expanded", "false");
    node.remove();
    if (back) opener.focus();
  }
}
