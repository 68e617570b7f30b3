// What the page asks the demo's server to do. Every failure is a sentence somebody can read.

const AGAIN_SECONDS = 2;

async function ask(path, options) {
  const response = await fetch(`/play/${path}`, options).catch(() => {
    throw new Error("The demo has stopped: this was not sent.");
  });
  const given = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(given.error ?? "That did not work.");
  return given;
}

export function read(path) {
  return ask(path);
}

export function act(action, details) {
  const headers = { "Content-Type": "application/json" };
  return ask(action, { method: "POST", headers, body: JSON.stringify(details) });
}

export function send(details) {
  const form = new FormData();
  for (const [name, value] of Object.entries(details)) form.append(name, value);
  return ask("file", { method: "POST", body: form });
}

// Calls `heard` with every event; `connected` whenever a connection stands (again), `lost` when it is gone.
export function listen(heard, connected, lost) {
  const source = new EventSource("/play/events");
  source.onopen = connected;
  source.onmessage = (event) => heard(JSON.parse(event.data));
  source.onerror = () => {
    lost();
    // A browser tries again by itself, except after an answer that is no event stream.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(heard, connected, lost), AGAIN_SECONDS * 1000);
  };
}
