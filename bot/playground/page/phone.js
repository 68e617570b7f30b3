// One person's telephone: their chat with the bot, and everything they can do in it.

import { act, send } from "./server.js";
import { element, iconButton } from "./element.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { Menu } from "./menu.js";

const BUSY_SECONDS = 10;
const TYPING_SECONDS = 6;
const TOAST_SECONDS = 6;
const LANGUAGES = { en: "English", cy: "Cymraeg", pl: "Polski", ur: "اردو", bn: "বাংলা", ar: "العربية" };

export class Phone {
  // `on` has enlarge(url, words), alert(name, words) and noticed(id): the bot has written.
  constructor(person, bot, on) {
    this.on = on;
    this.build(person);
    this.describe(person, bot);
  }

  build(person) {
    this.conversation = new Conversation({
      sender: (message) => (message.from === "bot" ? this.bot.name : this.person.name),
      enlarge: this.on.enlarge,
      tap: (...what) => this.tap(...what),
      edit: (message) => this.composer.edit(message),
    });
    this.conversation.list.onclick = (event) => this.followed(event);
    this.welcome = element("div", { className: "empty" });
    this.conversation.history.append(this.welcome);
    this.typing = element("p", { className: "typing", role: "status" });
    this.suggestions = element("div", { className: "try", role: "group", "aria-label": "Things to try" });
    this.wrong = element("p", { className: "error", role: "alert" });
    this.toasts = element("div", { className: "toasts", role: "status" });
    this.unblock = element("button", { type: "button", className: "main wide", textContent: "Unblock the bot", onclick: () => this.block(false) });
    this.root = element("section", { id: `phone-${person.id}`, className: `phone ${person.role}` });
    this.menu = new Menu(this.root);
    this.composer = new Composer(this, this.menu);
    this.root.append(
      this.head(person), this.conversation.root, this.typing, this.suggestions, this.wrong, this.unblock, this.composer.root, this.toasts,
    );
    this.root.onkeydown = (event) => { if (event.key === "Escape") this.menu.close(true); };
  }

  head(person) {
    this.name = element("h2", { id: `name-${person.id}` });
    this.line = element("small", { dir: "auto" });
    const more = iconButton("more", `${person.name}: language, blocking`, () => this.showSettings(more));
    more.setAttribute("aria-expanded", "false");
    const initials = person.name.split(" ").map((part) => [...part][0]).slice(0, 2).join("");
    const face = element("span", { className: "face", textContent: initials, "aria-hidden": "true" });
    return element("div", { className: "who" }, face, element("div", { className: "names" }, this.name, this.line), more);
  }

  // ---------------------------------------------------------------- what is shown

  describe(person, bot = this.bot) {
    this.person = person;
    this.bot = bot;
    this.name.textContent = person.name;
    if (person.role === "staff") this.name.append(element("span", { className: "badge", textContent: "staff" }));
    this.line.textContent = person.about;
    this.root.setAttribute("aria-label", `${person.name}'s telephone`);
    this.conversation.list.setAttribute("aria-label", `${person.name}'s chat`);
    this.composer.input.setAttribute("aria-label", `Message from ${person.name}`);
    this.composer.offer(person.commands);
    const wanted = person.try.filter((words) => words !== "/start");
    this.suggestions.replaceChildren(...wanted.map((words) => this.suggestion(words)));
    this.suggestions.hidden = !wanted.length || !person.started || person.blocked;
    this.unblock.hidden = !person.blocked;
    this.composer.root.hidden = !person.started || person.blocked;
    this.showWelcome();
  }

  suggestion(words) {
    return element("button", { type: "button", textContent: words, dir: "auto", onclick: () => this.composer.suggest(words) });
  }

  // Telegram shows a bot's description and a button to begin where nothing has been said yet.
  showWelcome() {
    const nothing = this.conversation.messages.size === 0;
    this.welcome.hidden = !nothing;
    if (!nothing) return this.welcome.replaceChildren();
    const start = element("button", { type: "button", className: "main", textContent: "Start", onclick: () => this.do("start") });
    const about = element("p", { dir: "auto", textContent: this.bot.description });
    return this.welcome.replaceChildren(element("h3", { textContent: this.bot.name }), about, start);
  }

  put(message) {
    this.conversation.put(message);
    this.showWelcome();
    if (message.from !== "bot") return;
    this.typing.textContent = "";
    this.on.noticed(this.person.id);
  }

  remove(messageId) {
    this.conversation.remove(messageId);
    this.showWelcome();
  }

  become(messages) {
    this.conversation.become(messages);
    this.showWelcome();
  }

  writes() {
    this.typing.textContent = `${this.bot.name} is writing…`;
    clearTimeout(this.typingEnds);
    this.typingEnds = setTimeout(() => { this.typing.textContent = ""; }, TYPING_SECONDS * 1000);
  }

  answered(messageId, text, alert) {
    this.conversation.answered(messageId);
    if (text && alert) this.on.alert(this.person.name, text);
    else if (text) this.toast(text);
  }

  toast(text) {
    const toast = element("p", { className: "toast", textContent: text, dir: "auto" });
    this.toasts.replaceChildren(toast);
    setTimeout(() => toast.remove(), TOAST_SECONDS * 1000);
  }

  // ---------------------------------------------------------------- what the person does

  // What the work gives; nothing when it fails, and then the reason is shown.
  async attempt(work) {
    this.wrong.textContent = "";
    try {
      return await work();
    } catch (problem) {
      this.wrong.textContent = problem.message;
      return null;
    }
  }

  do(action, details = {}) {
    return this.attempt(() => act(action, { person: this.person.id, ...details }));
  }

  send(kind, file, caption) {
    return this.attempt(() => send({ person: this.person.id, kind, caption, file }));
  }

  block(blocked) {
    return this.do("block", { blocked });
  }

  async tap(message, button, details, row, column) {
    if (details.url) return this.open(details.url) || window.open(details.url, "_blank", "noopener");
    button.setAttribute("aria-busy", "true");
    const rest = () => button.removeAttribute("aria-busy");
    setTimeout(rest, BUSY_SECONDS * 1000);
    return (await this.do("tap", { message_id: message.message_id, row, column })) ?? rest();
  }

  // A command or a link to the bot inside a text does in this chat what it would do in Telegram.
  followed(event) {
    const target = event.target.closest(".words .command, .words a");
    if (target?.className === "command") this.do("say", { text: target.textContent });
    else if (target && this.open(target.href)) event.preventDefault();
  }

  // Whether the address was a deep link to the bot, which is then followed here.
  open(url) {
    const { host, pathname, searchParams } = new URL(url);
    if (host !== "t.me" || pathname.slice(1) !== this.bot.username) return false;
    this.do("start", { parameter: searchParams.get("start") ?? "" });
    return true;
  }

  showSettings(opener) {
    const language = element("select");
    const { language_code: spoken, blocked } = this.person;
    for (const [code, name] of Object.entries({ [spoken]: spoken, ...LANGUAGES })) {
      language.append(new Option(name, code, false, code === spoken));
    }
    language.onchange = () => {
      this.menu.close(true);
      this.do("language", { language_code: language.value });
    };
    const label = element("label", {}, "Language of this telephone", language);
    const block = blocked
      ? this.menu.item("Unblock the bot", "and hear from it again", () => this.block(false))
      : this.menu.item("Block the bot", "it can no longer write", () => this.block(true));
    this.menu.toggle(opener, `${this.person.name}'s telephone`, [label, block], "top");
  }
}
