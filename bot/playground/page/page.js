// The page as a whole: people side by side (or one at a time), the town's clock, and what the server tells.

import { act, listen, read } from "./server.js";
import { element, wallClock } from "./message.js";
import { Phone } from "./phone.js";
import { TrafficLog } from "./traffic.js";

const phones = new Map();
const tabs = document.getElementById("tabs");
const dialog = document.getElementById("dialog");
const traffic = new TrafficLog();
let chosen = null;

function showClock(now) {
  const { day, time } = wallClock(now);
  const clock = document.getElementById("now");
  clock.dateTime = now;
  clock.textContent = `${day}, ${time}`;
}

function enlarge(url, text) {
  const picture = document.getElementById("dialog-picture");
  picture.hidden = !url;
  if (url) picture.src = url;
  picture.alt = text ?? "";
  document.getElementById("dialog-text").textContent = url ? "" : text;
  dialog.showModal();
}

// ---------------------------------------------------------------- people

function choose(id, focus = false) {
  chosen = id;
  for (const [other, phone] of phones) {
    phone.root.classList.toggle("chosen", other === id);
    phone.tab.setAttribute("aria-selected", String(other === id));
    phone.tab.tabIndex = other === id ? 0 : -1;
  }
  phones.get(id).tab.classList.remove("unread");
  phones.get(id).scroll();
  if (focus) phones.get(id).tab.focus();
}

function noticed(id) {
  if (id !== chosen) phones.get(id).tab.classList.add("unread");
}

function addPhone(person, bot) {
  const phone = new Phone(person, bot, { enlarge, noticed });
  phone.tab = element("button", { type: "button", textContent: person.name.split(" ")[0] });
  phone.tab.setAttribute("role", "tab");
  phone.tab.onclick = () => choose(person.id);
  phones.set(person.id, phone);
  tabs.append(phone.tab);
  document.getElementById("phones").append(phone.root);
  return phone;
}

tabs.onkeydown = (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const ids = [...phones.keys()];
  choose(ids[(ids.indexOf(chosen) + step + ids.length) % ids.length], true);
};

// ---------------------------------------------------------------- what the server tells

async function refresh() {
  const state = await read("state");
  document.title = `${state.town}: Folkmoot`;
  document.getElementById("town").textContent = `${state.town}, a Folkmoot demo`;
  document.getElementById("about").textContent = state.about;
  showClock(state.now);
  for (const person of state.people) {
    const phone = phones.get(person.id) ?? addPhone(person, state.bot);
    phone.describe(person, state.bot);
    const kept = state.chats[person.id] ?? [];
    for (const message of kept) {
      const known = phone.messages.get(message.message_id);
      if (JSON.stringify(known?.message) !== JSON.stringify(message)) phone.put(message, true);
    }
    const there = new Set(kept.map((message) => message.message_id));
    [...phone.messages.keys()].filter((id) => !there.has(id)).forEach((id) => phone.remove(id));
    phone.showEmpty();
  }
  if (chosen === null && phones.size) choose(phones.keys().next().value);
}

let waiting = 0;

function refreshSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(() => refresh().catch(lost), 100);
}

function heard(event) {
  const phone = phones.get(event.person?.id ?? event.person);
  switch (event.type) {
    case "message":
    case "edited":
      if (phone) phone.put(event.message);
      else refreshSoon();
      if (event.message.from === "person") refreshSoon();
      break;
    case "deleted": phone?.remove(event.message.message_id); break;
    case "answer": phone?.answered(event.message_id, event.text, event.alert); break;
    case "typing": if (phone) phone.typing.textContent = "writing…"; break;
    case "clock": showClock(event.now); break;
    case "traffic": traffic.add(event.entry); break;
    default: refreshSoon();
  }
}

function lost() {
  document.getElementById("gone").hidden = false;
}

for (const button of document.querySelectorAll(".clock button")) {
  button.onclick = () => act("clock", { days: Number(button.dataset.days ?? 0), hours: Number(button.dataset.hours ?? 0) }).catch(lost);
}

listen(heard, () => {
  document.getElementById("gone").hidden = true;
  refresh().catch(lost);
}, lost);

// The town's clock goes on between events.
setInterval(() => phones.size && document.getElementById("gone").hidden && read("state").then((state) => showClock(state.now)).catch(lost), 20_000);
