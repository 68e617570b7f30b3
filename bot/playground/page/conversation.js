// The messages of one chat, in order: days between them, and the newest in sight unless the reader has scrolled up.

import { element, icon } from "./element.js";
import { bubble, wallClock } from "./message.js";

const NEAR_THE_END = 60;

export class Conversation {
  // `on` has sender(message), enlarge, tap(message, button, details, row, column) and edit(message).
  constructor(on) {
    this.on = on;
    this.messages = new Map();
    this.following = true;
    this.size = "";
    this.history = element("div", { className: "history" });
    this.list = element("div", { className: "messages", tabIndex: 0, role: "log", "aria-live": "polite" }, this.history);
    this.newer = element("button", { type: "button", className: "newer main", hidden: true, onclick: () => this.follow() });
    this.newer.append("New messages ", icon("down"));
    this.root = element("div", { className: "conversation" }, this.list, this.newer);
    this.list.onscroll = () => this.scrolled();
    // Pictures that arrive, drawers that open and telephones that are turned keep the newest message in sight.
    const sizes = new ResizeObserver(() => this.resized());
    sizes.observe(this.list);
    sizes.observe(this.history);
  }

  put(message, quietly = false) {
    const known = this.messages.get(message.message_id);
    if (known && JSON.stringify(known.message) === JSON.stringify(message)) return;
    const node = this.drawn(message);
    this.messages.set(message.message_id, { message, node });
    if (known) known.node.replaceWith(node);
    else this.insert(node);
    if (quietly || known) return;
    if (this.following || message.from === "person") this.follow();
    else this.newer.hidden = false;
  }

  drawn(message) {
    const node = bubble(message, {
      sender: this.on.sender(message),
      original: this.messages.get(message.reply_to)?.message,
      enlarge: this.on.enlarge,
      tap: (...what) => this.on.tap(message, ...what),
    });
    if (message.from === "person" && message.kind === "text") {
      const edit = element("button", { type: "button", className: "edit", textContent: "Edit", "aria-label": "Edit this message" });
      edit.onclick = () => this.on.edit(message);
      node.querySelector(".meta").prepend(edit);
    }
    return node;
  }

  // Messages are numbered in order; one that comes late goes where it belongs.
  insert(node) {
    const nodes = [...this.history.querySelectorAll("article")];
    const next = nodes.find((other) => Number(other.dataset.messageId) > Number(node.dataset.messageId));
    if (next) {
      next.before(node);
      this.separateDays();
      return;
    }
    if (this.dayOf(nodes.at(-1)) !== this.dayOf(node)) this.history.append(this.daySign(node));
    this.history.append(node);
  }

  dayOf(node) {
    return node && wallClock(this.messages.get(Number(node.dataset.messageId)).message.date).day;
  }

  daySign(node) {
    return element("div", { className: "day", textContent: this.dayOf(node) });
  }

  separateDays() {
    this.history.querySelectorAll(".day").forEach((sign) => sign.remove());
    let before;
    for (const node of this.history.querySelectorAll("article")) {
      if (this.dayOf(before) !== this.dayOf(node)) node.before(this.daySign(node));
      before = node;
    }
  }

  remove(messageId) {
    this.messages.get(messageId)?.node.remove();
    this.messages.delete(messageId);
    this.separateDays();
  }

  // Only these messages are there (after the connection was lost, say).
  become(messages) {
    this.list.setAttribute("aria-busy", "true");
    const there = new Set(messages.map((message) => message.message_id));
    [...this.messages.keys()].filter((id) => !there.has(id)).forEach((id) => this.remove(id));
    messages.forEach((message) => this.put(message, true));
    this.list.removeAttribute("aria-busy");
  }

  answered(messageId) {
    const buttons = this.messages.get(messageId)?.node.querySelectorAll("[aria-busy]") ?? [];
    buttons.forEach((button) => button.removeAttribute("aria-busy"));
  }

  // Scrolling that comes of another size is not the reader's.
  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.list;
    if (this.size !== `${scrollHeight} ${clientHeight}`) return;
    this.following = scrollHeight - scrollTop - clientHeight < NEAR_THE_END;
    if (this.following) this.newer.hidden = true;
  }

  resized() {
    this.size = `${this.list.scrollHeight} ${this.list.clientHeight}`;
    if (this.following) this.follow();
  }

  follow() {
    this.following = true;
    this.newer.hidden = true;
    this.list.scrollTop = this.list.scrollHeight;
  }
}
