// One message as people see it: formatted words, pictures, files, buttons.

import { element, icon } from "./element.js";

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

// Text with Telegram's entities (offsets in UTF-16 units, which is what JavaScript counts in too); they may be nested.
export function formatted(text, entities, start = 0, end = text.length) {
  const fragment = document.createDocumentFragment();
  const within = entities
    .filter((entity) => entity.offset >= start && entity.offset + entity.length <= end)
    .sort((one, other) => one.offset - other.offset || other.length - one.length);
  let at = start;
  for (const entity of within) {
    if (entity.offset < at) continue;
    fragment.append(text.slice(at, entity.offset));
    at = entity.offset + entity.length;
    const node = wrapping(entity, text.slice(entity.offset, at));
    node.append(formatted(text, within.filter((other) => other !== entity), entity.offset, at));
    fragment.append(node);
  }
  fragment.append(text.slice(at, end));
  return fragment;
}

function wrapping(entity, words) {
  switch (entity.type) {
    case "text_link": return link(entity.url);
    case "url": return link(/^\w+:\/\//.test(words) ? words : `https://${words}`);
    case "email": return element("a", { href: `mailto:${words}` });
    case "bot_command": return element("button", { type: "button", className: "command", dir: "ltr" });
    default: return element(TAGS[entity.type] ?? "span");
  }
}

// Anything but the web leads nowhere.
function link(url) {
  if (!/^https?:\/\//i.test(url)) return element("span");
  return element("a", { href: url, target: "_blank", rel: "noopener noreferrer" });
}

const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });

// The server's times carry the town's offset: what is shown is the town's wall clock, wherever the browser is.
export function wallClock(iso) {
  return { day: DAY.format(new Date(`${iso.slice(0, 10)}T12:00:00Z`)), time: iso.slice(11, 16) };
}

// `on` has sender (a name), original (the message replied to, if it is still there), enlarge(url, words) and
// tap(button, details, row, column).
export function bubble(message, on) {
  const made = element("article", { className: `bubble ${message.from} ${message.kind}` });
  made.dataset.messageId = message.message_id;
  const balloon = element("div", { className: "balloon" }, element("span", { className: "unseen", textContent: `${on.sender}: ` }));
  if (on.original) balloon.append(element("div", { className: "reply", dir: "auto", textContent: on.original.text || on.original.kind }));
  if (message.file) balloon.append(file(message, on));
  if (message.place) balloon.append(place(message.place));
  if (message.text) {
    balloon.append(element("div", { className: "words", dir: "auto" }, formatted(message.text, message.entities ?? [])));
  }
  const { time } = wallClock(message.date);
  balloon.append(element("div", { className: "meta" }, message.edited ? `edited ${time}` : time));
  made.append(balloon);
  if (message.buttons?.length) made.append(rows(message.buttons, on));
  return made;
}

function file(message, on) {
  const { id, name, mime, size, width, height } = message.file;
  const url = `/play/file/${encodeURIComponent(id)}`;
  if (message.kind === "voice") return element("audio", { src: url, controls: true, "aria-label": "Voice message" });
  if (message.kind === "photo" || (message.kind === "sticker" && mime?.startsWith("image/"))) {
    const picture = element("img", { src: url, alt: message.text || `A ${message.kind}` });
    if (width && height) Object.assign(picture, { width, height });
    const label = `${picture.alt}: look at it larger`;
    return element(
      "button", { type: "button", className: "picture", "aria-label": label, onclick: () => on.enlarge(url, message.text) }, picture,
    );
  }
  const words = element("span", { dir: "auto" }, name || "File", element("small", { textContent: sized(size ?? 0) }));
  return element("a", { className: "file", href: url, download: name || "file" }, icon("file"), words);
}

function sized(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 ** 2 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

function place([latitude, longitude]) {
  return element("div", { className: "file" }, icon("place"), `A place: ${latitude.toFixed(4)}, ${longitude.toFixed(4)}`);
}

function rows(keyboard, on) {
  const made = element("div", { className: "rows" });
  keyboard.forEach((buttons, row) => {
    const line = element("div", { className: "row" });
    buttons.forEach((details, column) => {
      const button = element("button", { type: "button", dir: "auto" }, details.url ? `${details.text} ↗` : details.text);
      button.onclick = () => on.tap(button, details, row, column);
      line.append(button);
    });
    made.append(line);
  });
  return made;
}
