// One message as people see it. Texts are only ever put in as text, never as HTML.

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote",
};

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// Text with Telegram's entities (offsets in UTF-16 units, which is what JavaScript counts in too); they may be nested.
export function formatted(text, entities, start = 0, end = text.length) {
  const fragment = document.createDocumentFragment();
  let at = start;
  const outer = entities.filter((entity) => entity.offset >= start && entity.offset + entity.length <= end);
  const sorted = [...outer].sort((one, other) => one.offset - other.offset || other.length - one.length);
  for (const entity of sorted) {
    if (entity.offset < at) continue;
    fragment.append(text.slice(at, entity.offset));
    at = entity.offset + entity.length;
    const inner = sorted.filter((other) => other !== entity);
    const node = wrapping(entity, text.slice(entity.offset, at));
    node.append(formatted(text, inner, entity.offset, at));
    fragment.append(node);
  }
  fragment.append(text.slice(at, end));
  return fragment;
}

function wrapping(entity, words) {
  if (entity.type === "text_link" || entity.type === "url") {
    const link = element("a", { href: safe(entity.url ?? words), target: "_blank", rel: "noopener noreferrer" });
    return link;
  }
  if (entity.type === "bot_command") return element("a", { href: "#", className: "command" });
  return element(TAGS[entity.type] ?? "span");
}

export function safe(url) {
  return /^https?:\/\//.test(url) ? url : "#";
}

const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });

// The server's times carry the town's offset: what is shown is the town's wall clock, wherever the browser is.
export function wallClock(iso) {
  return { day: DAY.format(new Date(`${iso.slice(0, 10)}T12:00:00Z`)), time: iso.slice(11, 16) };
}

export function bubble(message, actions) {
  const made = element("article", { className: `bubble ${message.from}` });
  made.dataset.messageId = message.message_id;
  if (message.file) made.append(file(message, actions));
  if (message.kind === "location") made.append(element("div", { className: "words" }, "A place on the map"));
  if (message.text) {
    const words = element("div", { className: "words", dir: "auto" }, formatted(message.text, message.entities ?? []));
    made.append(words);
  }
  const { time } = wallClock(message.date);
  made.append(element("div", { className: "meta" }, message.edited ? `edited ${time}` : time));
  if (message.buttons?.length) made.append(rows(message, actions));
  return made;
}

function file(message, actions) {
  const { id, name, mime, size } = message.file;
  const url = `/play/file/${encodeURIComponent(id)}`;
  if (message.kind === "photo" || (message.kind === "sticker" && /^image\//.test(mime ?? ""))) {
    const picture = element("img", { src: url, alt: message.text || "A picture" });
    const button = element("button", { type: "button", className: "picture", title: "Look at it larger" }, picture);
    button.onclick = () => actions.enlarge(url, message.text);
    return button;
  }
  if (message.kind === "voice") return element("audio", { src: url, controls: true });
  const kilobytes = Math.max(1, Math.round((size ?? 0) / 1024));
  return element("a", { className: "words file", href: url, download: name ?? "file" }, `${name ?? "File"} (${kilobytes} KB)`);
}

function rows(message, actions) {
  const made = element("div", { className: "rows" });
  message.buttons.forEach((buttons, row) => {
    const line = element("div", { className: "row" });
    buttons.forEach((button, column) => {
      const one = element("button", { type: "button", dir: "auto" }, button.url ? `${button.text} ↗` : button.text);
      one.onclick = () => actions.tap(one, button, row, column);
      line.append(one);
    });
    made.append(line);
  });
  return made;
}
