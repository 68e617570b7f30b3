"""Attributes: what the organisation asks about people, with its options and the shares a census gives them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from storage.database import Session
from storage.queries import Queries

SQL = Queries("attributes")

Kind = Literal["choice", "birth_year", "area"]
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Option:
    """One option, age band or area.

    `labels` by language code; `target` is the census share from 0 to 1; `least` and `most` are ages in whole years
    (either may be open); `prefixes` are beginnings of postcodes in capitals without spaces; `middle` is latitude and
    longitude in degrees.
    """

    key: str
    labels: Mapping[str, str]
    target: float | None = None
    least: int | None = None
    most: int | None = None
    prefixes: tuple[str, ...] = ()
    middle: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something asked about a person; `reasons` say why, by language. A birth year is kept as its band only.

    With a `panel_id` it is asked for that panel only: whether they have used the service it is about.
    """

    key: str
    kind: Kind
    labels: Mapping[str, str]
    options: tuple[Option, ...]
    sensitive: bool = False
    reasons: Mapping[str, str] | None = None
    panel_id: str | None = None

    def option(self, key: str) -> Option | None:
        return next((option for option in self.options if option.key == key), None)


class Attributes:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def all(self) -> list[Attribute]:
        """What everybody is asked, in the order in which they are asked."""
        return [attribute for attribute in await self.known() if attribute.panel_id is None]

    async def of_panel(self, panel_id: str) -> list[Attribute]:
        """What everybody is asked, and what is asked for this panel."""
        return [attribute for attribute in await self.known() if attribute.panel_id in (None, panel_id)]

    async def known(self) -> list[Attribute]:
        """Whatever is asked of anybody."""
        options: dict[str, list[Option]] = {}
        for row in await self._session.rows(SQL.options):
            options.setdefault(row["attribute_key"], []).append(_option(row))
        return [
            Attribute(
                row["key"],
                row["kind"],
                json.loads(row["labels"]),
                tuple(options.get(row["key"], ())),
                bool(row["sensitive"]),
                json.loads(row["reasons"]),
                row["panel_id"],
            )
            for row in await self._session.rows(SQL.all)
        ]

    async def find(self, key: str) -> Attribute | None:
        return next((attribute for attribute in await self.known() if attribute.key == key), None)

    async def define(self, attribute: Attribute) -> None:
        """Add it at the end, or put it in the place of the one with its key. What people said stays as it is."""
        position = await self._session.value(SQL.position, key=attribute.key)
        if position is None:
            position = 1 + await self._session.value(SQL.last_position)
        await self._session.run(SQL.remove, key=attribute.key)
        await self._session.run(
            SQL.add,
            key=attribute.key,
            position=position,
            kind=attribute.kind,
            sensitive=attribute.sensitive,
            labels=_json(attribute.labels),
            reasons=_json(attribute.reasons or {}),
            panel_id=attribute.panel_id,
        )
        await self._session.run_many(
            SQL.add_option, [_row(attribute.key, place, option) for place, option in enumerate(attribute.options)]
        )

    async def remove(self, key: str) -> None:
        """Not asked any more; what people said about it is taken out of their profiles by `Profiles.drop`."""
        await self._session.run(SQL.remove, key=key)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _option(row: Mapping[str, Any]) -> Option:
    return Option(
        row["key"],
        json.loads(row["labels"]),
        None if row["target"] is None else row["target"] / MILLION,
        row["least"],
        row["most"],
        tuple(json.loads(row["prefixes"])),
        None if row["latitude"] is None else (row["latitude"] / MILLION, row["longitude"] / MILLION),
    )


def _row(attribute: str, place: int, option: Option) -> dict[str, Any]:
    latitude, longitude = option.middle or (None, None)
    return {
        "attribute_key": attribute,
        "key": option.key,
        "position": place,
        "labels": _json(option.labels),
        "target": _millionths(option.target),
        "least": option.least,
        "most": option.most,
        "prefixes": _json(option.prefixes),
        "latitude": _millionths(latitude),
        "longitude": _millionths(longitude),
    }


def _millionths(value: float | None) -> int | None:
    return None if value is None else round(value * MILLION)
