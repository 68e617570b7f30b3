// What the page asks the demo's server to do. Every failure is a sentence somebody can read.

async function answer(response) {
  const given = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(given.error ?? "That did not work.");
  return given;
}

export async function read(path) {
  return answer(await fetch(`/play/${path}`));
}

export async function act(action, details) {
  const headers = { "Content-Type": "application/json" };
  return answer(await fetch(`/play/${action}`, { method: "POST", headers, body: JSON.stringify(details) }));
}

export async function send(details) {
  const form = new FormData();
  for (const [name, value] of Object.entries(details)) form.append(name, value);
  return answer(await fetch("/play/file", { method: "POST", body: form }));
}

// Calls `heard` with every event; `connected` whenever a connection stands (again), `lost` when it is gone.
export function listen(heard, connected, lost) {
  const source = new EventSource("/play/events");
  source.onopen = connected;
  source.onmessage = (event) => heard(JSON.parse(event.data));
  source.onerror = lost;
}
