// The page as a whole: people side by side (or one at a time), the town's clock, and what the server tells.

import { act, listen, read } from "./server.js";
import { element } from "./element.js";
import { Phone } from "./phone.js";
import { TownClock } from "./clock.js";
import { TrafficLog } from "./traffic.js";

const there = (id) => document.getElementById(id);
const phones = new Map();
const tabs = there("tabs");
const dialog = there("dialog");
const traffic = new TrafficLog();
const clock = new TownClock();
let chosen = null;

// ---------------------------------------------------------------- one thing before all others

function show(title, words, url = "") {
  there("dialog-title").textContent = title;
  there("dialog-text").textContent = words;
  const picture = there("dialog-picture");
  picture.hidden = !url;
  if (url) picture.src = url;
  else picture.removeAttribute("src");
  picture.alt = words;
  if (!dialog.open) dialog.showModal();
}

// Outside its text. (A handler that gives false would keep the buttons inside from working.)
dialog.onclick = (event) => { if (event.target === dialog) dialog.close(); };

// ---------------------------------------------------------------- people

function choose(id, focus = false) {
  chosen = id;
  for (const [other, phone] of phones) {
    phone.root.classList.toggle("chosen", other === id);
    phone.tab.setAttribute("aria-selected", String(other === id));
    phone.tab.tabIndex = other === id ? 0 : -1;
  }
  unread(id, false);
  if (focus) phones.get(id).tab.focus();
}

function unread(id, waiting) {
  const { tab, person } = phones.get(id);
  tab.classList.toggle("unread", waiting);
  tab.setAttribute("aria-label", waiting ? `${person.name}, new messages` : person.name);
}

// Side by side, everybody is in sight.
function noticed(id) {
  if (id !== chosen && tabs.checkVisibility()) unread(id, true);
}

function addPhone(person, bot) {
  const phone = new Phone(person, bot, {
    enlarge: (url, words) => show("", words ?? "", url),
    alert: (name, words) => show(`To ${name}`, words),
    noticed,
  });
  phone.tab = element("button", { type: "button", role: "tab", textContent: person.name.split(" ")[0], "aria-controls": phone.root.id });
  phone.tab.onclick = () => choose(person.id);
  phones.set(person.id, phone);
  tabs.append(phone.tab);
  there("phones").append(phone.root);
  unread(person.id, false);
  return phone;
}

function removePhone(id) {
  phones.get(id).tab.remove();
  phones.get(id).root.remove();
  phones.delete(id);
}

tabs.onkeydown = (event) => {
  const ids = [...phones.keys()];
  const at = ids.indexOf(chosen);
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  choose(ids.at(next % ids.length), true);
};

// ---------------------------------------------------------------- what the server tells

// Events that come while the state is being read are heard after it, lest the older state undo them.
let held = null;
let bot = null;

async function refresh() {
  if (held) return;
  held = [];
  try {
    const state = await read("state");
    gone(false);
    bot = state.bot;
    document.title = `${state.town}: Folkmoot`;
    there("town").textContent = `${state.town}, a Folkmoot demo`;
    there("about").textContent = state.about;
    clock.set(state.now, state.zone);
    const people = new Set(state.people.map(({ id }) => id));
    [...phones.keys()].filter((id) => !people.has(id)).forEach(removePhone);
    for (const person of state.people) {
      const phone = phones.get(person.id) ?? addPhone(person, bot);
      phone.describe(person, bot);
      phone.become(state.chats[person.id] ?? []);
    }
    if (!phones.has(chosen) && phones.size) choose(phones.keys().next().value);
  } catch {
    gone(true);
  }
  const events = held;
  held = null;
  events.forEach(heard);
}

let waiting = 0;

function refreshSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 100);
}

function heard(event) {
  if (held) return held.push(event);
  const phone = phones.get(event.person?.id ?? event.person);
  switch (event.type) {
    case "message":
    case "edited": return phone?.put(event.message);
    case "deleted": return phone?.remove(event.message.message_id);
    case "answer": return phone?.answered(event.message_id, event.text, event.alert);
    case "typing": return phone?.writes();
    case "person": return (phone ?? addPhone(event.person, bot)).describe(event.person);
    case "clock": return clock.set(event.now);
    case "traffic": return traffic.add(event.entry);
    default: return refreshSoon();
  }
}

function gone(is) {
  there("gone").hidden = !is;
}

for (const button of document.querySelectorAll(".clock button")) {
  const step = { days: Number(button.dataset.days ?? 0), hours: Number(button.dataset.hours ?? 0) };
  button.onclick = () => act("clock", step).then(() => clock.announce(), () => gone(true));
}

listen(heard, () => {
  traffic.forget();
  traffic.refresh();
  refresh();
}, () => gone(true));
