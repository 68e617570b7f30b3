"""Over any history of serving and leaving, nobody who rests is drawn."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.draw_files import Content, Inputs, read_all
from flows.panels.selection.effort import Effort
from flows.panels.selection.frozen import BadInput
from flows.panels.selection.order import Unmeetable, Wishes
from flows.panels.selection.record import recorded_draw

QUOTAS = "category,feature,min,max\nage,old,0,9\nage,young,1,9\n"
PEOPLE = [f"p{number}" for number in range(14)]
POOL = "id,age\n" + "".join(f"{name},{'old' if number % 3 else 'young'}\n" for number, name in enumerate(PEOPLE))
SEATS = 4

rounds = st.lists(st.tuples(st.sets(st.sampled_from(range(SEATS))), st.text("ab", max_size=3)), min_size=2, max_size=6)


def listed(heading: str, rows: list[str]) -> str:
    return "\n".join([heading, *rows, ""])


@settings(max_examples=20, deadline=None)
@given(rounds, st.integers(1, 3), st.integers(1, 3))
def test_nobody_in_cool_off_is_drawn(history: list[tuple[set[int], str]], rest: int, longest: int) -> None:
    """Draw after draw, some leave by themselves and some have served the longest; both rest for `rest` draws."""
    terms: dict[str, int] = {}
    left: dict[str, int] = {}
    for now, (places, seed) in enumerate(history):
        leaving = {name for place, name in enumerate(sorted(terms)) if place in places}
        resting = leaving | {name for name, when in left.items() if now - when < rest}
        files = {"quotas": QUOTAS, "pool": POOL, "leaving": listed("id", sorted(resting))}
        if terms:
            files["serving"] = listed("id,terms", [f"{name},{terms[name]}" for name in sorted(terms)])
        inputs = Inputs({name: Content(f"{name}.csv", text.encode()) for name, text in files.items()})
        try:
            ready = read_all(inputs, SEATS, longest=longest if terms else None)
            record = recorded_draw(ready.frozen, "maximin", seed, Effort(), Wishes(alternates=3))
        except (BadInput, Unmeetable):  # nobody leaves, or too many rest
            return
        ended = {name for name, served in terms.items() if served >= longest}
        assert set(ready.ended) == ended
        gone = resting | ended
        assert not gone & {
            *record["panel"],
            *record["alternates"],
            *(name for panel in record["lottery"] for name in panel),
        }
        assert not set(terms) & set(record["drawn"])
        left |= dict.fromkeys(leaving | ended, now)
        terms = {name: terms.get(name, 0) + 1 for name in record["panel"]}
