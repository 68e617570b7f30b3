// What time it is in the town: the server says when the clock moves, and it goes on by itself in between.

const TICK_SECONDS = 5;

export class TownClock {
  constructor() {
    this.shown = document.getElementById("now");
    this.moved = document.getElementById("moved");
    this.ahead = 0;
    this.format = null;
    setInterval(() => this.format && this.show(), TICK_SECONDS * 1000);
  }

  set(now, zone) {
    this.ahead = new Date(now).getTime() - Date.now();
    if (zone) {
      const parts = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" };
      this.format = new Intl.DateTimeFormat("en-GB", { ...parts, timeZone: zone });
    }
    this.show();
  }

  show() {
    const now = new Date(Date.now() + this.ahead);
    this.shown.dateTime = now.toISOString();
    this.shown.textContent = this.format.format(now);
  }

  // For those who do not see it: only when somebody has moved the clock, not every minute.
  announce() {
    this.moved.textContent = `It is now ${this.shown.textContent}`;
  }
}
