// Where one person writes: words, commands, pictures and files, and a second thought about their own message.

import { element, iconButton } from "./element.js";
import { sampleSticker, sampleVoice } from "./samples.js";

const TOWN_HALL = { latitude: 51.588, longitude: -2.998 };

export class Composer {
  // `phone` does what is asked: do(action, details), send(kind, file, caption), attempt(work).
  constructor(phone, menu) {
    this.phone = phone;
    this.menu = menu;
    this.editing = null;
    this.commands = [];
    this.input = element("textarea", { rows: 1, placeholder: "Write a message", enterKeyHint: "send", dir: "auto" });
    this.input.onkeydown = (event) => this.key(event);
    this.input.oninput = () => this.typed();
    const slash = element("button", { type: "button", className: "round", textContent: "/", title: "Commands", "aria-label": "Commands" });
    slash.onclick = () => this.menu.toggle(slash, "Commands", this.fitting(""));
    const attach = iconButton("attach", "Send a picture, a file or something else", () => this.showAttachments(attach));
    for (const button of [slash, attach]) button.setAttribute("aria-expanded", "false");
    const submit = iconButton("send", "Send", () => this.submit(), "round main");
    const cancel = iconButton("close", "Leave the message as it was", () => this.edit(null));
    this.notice = element("div", { className: "editing", hidden: true }, element("span", { textContent: "Changing your message" }), cancel);
    this.root = element("div", { className: "composer" }, this.notice, slash, attach, this.input, submit);
  }

  key(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowDown" && this.menu.opener === this.input) {
      event.preventDefault();
      this.menu.focus();
    } else if (event.key === "Escape" && !this.menu.node && this.editing) {
      this.edit(null);
    }
  }

  typed() {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight + 2}px`;
    const begun = /^\/(\w*)$/.exec(this.input.value);
    const fitting = begun ? this.fitting(begun[1].toLowerCase()) : [];
    if (fitting.length) this.menu.open(this.input, "Commands", fitting);
    else if (this.menu.opener === this.input) this.menu.close();
  }

  // Another menu of commands (for a member of staff, say, or in another language) shows at once to whoever is choosing.
  offer(commands) {
    if (JSON.stringify(commands) === JSON.stringify(this.commands)) return;
    this.commands = commands;
    if (document.activeElement === this.input) this.typed();
  }

  fill(text) {
    this.input.value = text;
    this.typed();
  }

  async submit(text = this.input.value) {
    this.menu.close();
    if (!text.trim()) return;
    const done = this.editing
      ? await this.phone.do("edit", { message_id: this.editing, text })
      : await this.phone.do("say", { text });
    if (done) this.edit(null);
  }

  // Words put in for the person, who sees what is sent.
  suggest(text) {
    this.edit(null);
    this.fill(text);
    return this.submit();
  }

  // The message to change; null for a new one.
  edit(message) {
    this.editing = message?.message_id ?? null;
    this.notice.hidden = !message;
    this.fill(message?.text ?? "");
    this.menu.close();
    if (message) this.input.focus();
  }

  // ---------------------------------------------------------------- menus

  fitting(begun) {
    return this.commands
      .filter(({ command }) => command.startsWith(begun))
      .map(({ command, description }) => this.menu.item(`/${command}`, description, () => this.suggest(`/${command}`)));
  }

  showAttachments(opener) {
    const pick = (kind, accept) => () => {
      const chooser = element("input", { type: "file", accept });
      chooser.onchange = () => chooser.files[0] && this.attach(kind, chooser.files[0]);
      chooser.click();
    };
    const made = (kind, make) => () => this.phone.attempt(async () => this.attach(kind, await make()));
    this.menu.toggle(opener, "Send something else", [
      this.menu.item("Picture", "from this computer, with the words you typed", pick("photo", "image/*")),
      this.menu.item("File", "any document", pick("document", "")),
      this.menu.item("Sticker", "a smile", made("sticker", sampleSticker)),
      this.menu.item("Voice message", "a second of sound", made("voice", sampleVoice)),
      this.menu.item("Place", "the town hall", () => this.phone.do("place", TOWN_HALL)),
    ]);
  }

  async attach(kind, file) {
    const caption = kind === "sticker" || this.editing ? "" : this.input.value.trim();
    if (await this.phone.send(kind, file, caption) && caption) this.fill("");
  }
}
