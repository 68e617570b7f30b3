// One person's telephone: their chat with the bot, and everything they can do in it.

import { act, send } from "./server.js";
import { bubble, element, wallClock } from "./message.js";

const BUSY_SECONDS = 10;
const TOAST_SECONDS = 5;
const NEAR_THE_END = 60;
const LANGUAGES = { en: "English", cy: "Cymraeg", pl: "Polski", ur: "اردو", bn: "বাংলা", ar: "العربية" };

export class Phone {
  constructor(person, bot, { enlarge, noticed }) {
    this.person = person;
    this.bot = bot;
    this.enlarge = enlarge;
    this.noticed = noticed;
    this.messages = new Map();
    this.editing = null;
    this.following = true; // until the reader scrolls up
    this.build();
    this.describe(person, bot);
  }

  build() {
    this.name = element("h2");
    this.line = element("small");
    const more = element("button", { type: "button", className: "round", textContent: "⋯" });
    more.setAttribute("aria-label", `What ${this.person.name} can change`);
    more.onclick = () => this.showSettings();
    this.list = element("div", { className: "messages", tabIndex: 0 });
    this.list.setAttribute("role", "log");
    this.list.setAttribute("aria-live", "polite");
    this.list.onscroll = () => {
      this.following = this.atEnd();
      if (this.following) this.newer.hidden = true;
    };
    // Pictures take their room only once they are loaded.
    this.list.addEventListener("load", () => this.following && this.scroll(), true);
    this.typing = element("div", { className: "typing" });
    this.newer = element("button", { type: "button", className: "newer main", hidden: true }, "New messages ↓");
    this.newer.onclick = () => this.scroll();
    this.suggestions = element("div", { className: "try" });
    this.wrong = element("p", { className: "error", hidden: true });
    this.wrong.setAttribute("role", "alert");
    this.root = element(
      "section", { className: `phone ${this.person.role}` },
      element("div", { className: "who" }, element("div", { className: "names" }, this.name, this.line), more),
      this.list, this.typing, this.newer, this.suggestions, this.wrong, this.composer(),
    );
    this.root.onkeydown = (event) => event.key === "Escape" && this.closeMenus();
  }

  composer() {
    const commands = element("button", { type: "button", className: "round", textContent: "/", title: "Commands" });
    commands.onclick = () => this.showCommands("");
    const attach = element("button", { type: "button", className: "round", textContent: "+", title: "Send something else" });
    attach.onclick = () => this.showAttachments();
    this.input = element("textarea", { rows: 1, placeholder: "Write a message" });
    this.input.onkeydown = (event) => this.key(event);
    this.input.oninput = () => this.typed();
    const submit = element("button", { type: "button", className: "round main", textContent: "➤", title: "Send" });
    submit.onclick = () => this.submit();
    for (const button of [commands, attach, submit]) button.setAttribute("aria-label", button.title);
    return element("div", { className: "composer" }, commands, attach, this.input, submit);
  }

  // ---------------------------------------------------------------- what is shown

  describe(person, bot) {
    this.person = person;
    this.bot = bot;
    this.name.textContent = person.name;
    this.line.textContent = person.blocked ? "has blocked the bot" : person.about;
    this.list.setAttribute("aria-label", `${person.name}'s chat`);
    this.input.setAttribute("aria-label", `Message from ${person.name}`);
    const wanted = person.started ? person.try.filter((words) => words !== "/start") : [];
    this.suggestions.replaceChildren(...wanted.map((words) => this.suggestion(words)));
    this.suggestions.hidden = wanted.length === 0;
    this.showEmpty();
    if (this.input.value.startsWith("/")) this.typed(); // the commands may have changed
  }

  suggestion(words) {
    const button = element("button", { type: "button", textContent: words });
    button.onclick = () => this.say(words);
    return button;
  }

  showEmpty() {
    this.list.querySelector(".empty")?.remove();
    if (this.messages.size) return;
    const start = element("button", { type: "button", className: "main", textContent: "Start" });
    start.onclick = () => this.start();
    const about = element("p", { dir: "auto", textContent: this.bot.description || this.bot.name });
    this.list.append(element("div", { className: "empty" }, element("h2", { textContent: this.bot.name }), about, start));
  }

  put(message, quietly = false) {
    if (message.from === "person") this.following = true;
    const known = this.messages.get(message.message_id);
    const made = bubble(message, {
      enlarge: this.enlarge,
      tap: (button, details, row, column) => this.tap(button, message, details, row, column),
    });
    for (const command of made.querySelectorAll("a.command")) {
      command.onclick = (event) => { event.preventDefault(); this.say(command.textContent); };
    }
    if (message.from === "person" && message.kind === "text") this.editable(made, message);
    if (known) known.node.replaceWith(made);
    else {
      this.separate(message);
      this.list.append(made);
    }
    this.messages.set(message.message_id, { message, node: made });
    this.list.querySelector(".empty")?.remove();
    this.typing.textContent = "";
    if (this.following) this.scroll();
    else if (!known) this.newer.hidden = false;
    if (!quietly && message.from === "bot") this.noticed(this.person.id);
  }

  separate(message) {
    const { day } = wallClock(message.date);
    if (this.day === day) return;
    this.day = day;
    this.list.append(element("div", { className: "day", textContent: day }));
  }

  editable(node, message) {
    const edit = element("button", { type: "button", textContent: "Edit" });
    edit.style.cssText = "min-height:0;padding:0 6px;border:0;background:none;font-size:.72rem";
    edit.setAttribute("aria-label", "Edit this message");
    edit.onclick = () => {
      this.editing = message.message_id;
      this.input.value = message.text;
      this.input.focus();
    };
    node.querySelector(".meta").prepend(edit);
  }

  remove(messageId) {
    this.messages.get(messageId)?.node.remove();
    this.messages.delete(messageId);
  }

  answered(messageId, text, alert) {
    for (const button of this.list.querySelectorAll(`[data-message-id="${messageId}"] [aria-busy]`)) {
      button.removeAttribute("aria-busy");
    }
    if (!text) return;
    if (alert) this.enlarge("", text);
    else this.toast(text);
  }

  toast(text) {
    this.root.querySelector(".toast")?.remove();
    const toast = element("div", { className: "toast", textContent: text, dir: "auto" });
    toast.setAttribute("role", "status");
    this.root.append(toast);
    setTimeout(() => toast.remove(), TOAST_SECONDS * 1000);
  }

  atEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR_THE_END;
  }

  scroll() {
    this.newer.hidden = true;
    this.following = true;
    this.list.scrollTop = this.list.scrollHeight;
  }

  // ---------------------------------------------------------------- what the person does

  async attempt(work) {
    this.wrong.hidden = true;
    try {
      return await work();
    } catch (problem) {
      this.wrong.textContent = problem.message;
      this.wrong.hidden = false;
      return null;
    }
  }

  say(text) {
    this.closeMenus();
    return this.attempt(() => act("say", { person: this.person.id, text }));
  }

  start(parameter = "") {
    return this.attempt(() => act("start", { person: this.person.id, parameter }));
  }

  async tap(button, message, details, row, column) {
    if (details.url) return this.follow(details.url);
    button.setAttribute("aria-busy", "true");
    setTimeout(() => button.removeAttribute("aria-busy"), BUSY_SECONDS * 1000);
    const done = await this.attempt(() => act("tap", { person: this.person.id, message_id: message.message_id, row, column }));
    if (!done) button.removeAttribute("aria-busy");
  }

  follow(url) {
    const inside = new RegExp(`^https://t\\.me/${this.bot.username}\\?start=([\\w-]*)$`).exec(url);
    if (inside) return this.start(inside[1]);
    window.open(url, "_blank", "noopener");
  }

  async submit() {
    const text = this.input.value.trim();
    if (!text) return;
    const editing = this.editing;
    const done = editing
      ? await this.attempt(() => act("edit", { person: this.person.id, message_id: editing, text }))
      : await this.say(text);
    if (done) {
      this.input.value = "";
      this.editing = null;
      this.input.style.height = "";
    }
  }

  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.closeMenus();
      this.submit();
    } else if (event.key === "Escape" && this.editing) {
      this.editing = null;
      this.input.value = "";
    }
  }

  typed() {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight + 2}px`;
    if (/^\/\w*$/.test(this.input.value)) this.showCommands(this.input.value.slice(1));
    else this.closeMenus();
  }

  // ---------------------------------------------------------------- menus

  closeMenus() {
    this.root.querySelector(".menu")?.remove();
  }

  menu(where, ...items) {
    const open = this.root.querySelector(".menu")?.dataset.where;
    this.closeMenus();
    if (open === where && where !== "typing") return;
    const menu = element("div", { className: `menu ${where === "settings" ? "top" : ""}` }, ...items);
    menu.dataset.where = where;
    this.root.append(menu);
    return menu;
  }

  item(label, note, chosen) {
    const made = element("button", { type: "button" }, element("b", { textContent: label }), element("span", { textContent: note }));
    made.onclick = () => { this.closeMenus(); chosen(); };
    return made;
  }

  showCommands(begun) {
    const fitting = this.person.commands.filter(({ command }) => command.startsWith(begun));
    const items = fitting.map(({ command, description }) => this.item(`/${command}`, description, () => {
      this.input.value = "";
      this.say(`/${command}`);
    }));
    if (items.length) this.menu(begun ? "typing" : "commands", ...items);
    else this.closeMenus();
  }

  showAttachments() {
    const pick = (kind, accept) => () => {
      const input = element("input", { type: "file", accept });
      input.onchange = () => input.files[0] && this.attempt(() => send({ person: this.person.id, kind, caption: "", file: input.files[0] }));
      input.click();
    };
    this.menu(
      "attachments",
      this.item("Picture", "from this computer", pick("photo", "image/*")),
      this.item("File", "any document", pick("document", "")),
      this.item("Voice message", "a sound file", pick("voice", "audio/*")),
      this.item("Place", "the town hall", () => this.attempt(() => act("place", { person: this.person.id, latitude: 51.588, longitude: -2.998 }))),
    );
  }

  showSettings() {
    const language = element("select");
    for (const [code, name] of Object.entries(LANGUAGES)) {
      language.append(new Option(name, code, false, code === this.person.language_code));
    }
    language.onchange = () => this.attempt(() => act("language", { person: this.person.id, language_code: language.value }));
    const label = element("label", {}, "Language of this telephone", language);
    const blocked = this.person.blocked;
    const block = this.item(blocked ? "Unblock the bot" : "Block the bot", blocked ? "and hear from it again" : "it can no longer write", () =>
      this.attempt(() => act("block", { person: this.person.id, blocked: !blocked })));
    this.menu("settings", label, block);
  }
}
