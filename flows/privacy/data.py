"""Everything held on somebody, in words. Pure wording."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flows.privacy.purposes import NAMES
from flows.spoken import as_text
from flows.words import LANGUAGES, Day, Text, Verbatim, Words, _, lines, ngettext, paragraphs, said_in
from storage.attributes import Attribute

MOST_SHOWN = 20

WISHES: dict[str, Words] = {
    "text_only": _("No pictures, only text"),
    "plain_words": _("Plain words where there are some"),
    "with_helper": _("Somebody helps me answer"),
    "by_voice": _("I would rather speak than write"),
}


def readable(held: Mapping[str, Any], attributes: Sequence[Attribute], language: str) -> Text:
    """The whole as text; long lists are cut short here, for the file has them whole."""
    return paragraphs(
        _("<b>Everything I keep about you</b>"),
        _("It is in the file as well, to take elsewhere."),
        lines(
            _(
                "A number Telegram gives your account, not your phone number: {number}",
                number=str(held.get("telegram_id", "–")),
            ),
            *_settings(held["settings"]),
        ),
        _listed(_("About yourself"), _profile(held["profile"], attributes, language)),
        _listed(_("Panels"), (_pair(panel["panel"], _day(panel["joined_at"])) for panel in held["panels"])),
        *(_survey(survey) for survey in held["surveys"][-MOST_SHOWN:]),
        _listed(_("What you said of decisions"), (_pair(one["asked"], one["verdict"]) for one in held["verdicts"])),
        _listed(_("Your topics"), (as_text(topic["words"]) for topic in held["topics"])),
        _listed(_("Topics you support"), (Verbatim(topic["words"]) for topic in held["supported"])),
        _listed(_("What you and staff wrote to each other"), _written(held["asked_staff"])),
        _listed(_("Links you opened"), (_pair(one["venue"], _day(one["opened_at"])) for one in held["venues"])),
        _listed(_("What you agreed to"), (_consent(one) for one in held["consents"] if one["withdrawn_at"] is None)),
        ngettext(
            "The file also lists {n} thing you did here, and when.",
            "The file also lists {n} things you did here, and when.",
            len(held["recorded"]),
        )
        if held["recorded"]
        else None,
    )


def _settings(settings: Mapping[str, Any]) -> list[Text]:
    came_through = settings["source"]
    return [
        _("Here since: {day}", day=_day(settings["created_at"])),
        _("Language: {language}", language=LANGUAGES[settings["language"]]),
        *([_("You came through: {link}", link=came_through)] if came_through else []),
        *(label for name, label in WISHES.items() if settings[name]),
        *([_("Time zone: {zone}", zone=settings["zone"])] if settings["zone"] else []),
    ]


def _profile(profile: Mapping[str, str | None], attributes: Sequence[Attribute], language: str) -> Iterable[Text]:
    known = {attribute.key: attribute for attribute in attributes}
    for key, value in profile.items():
        attribute = known.get(key)
        option = attribute.option(value or "") if attribute else None
        what = said_in(attribute.labels, language) if attribute else key
        said = said_in(option.labels, language) if option else value or _("you prefer not to say")
        yield Words("<b>{what}</b> – {value}", {"what": what, "value": said})


def _written(requests: Iterable[Mapping[str, Any]]) -> Iterable[Text]:
    return (as_text(message["words"]) for request in requests for message in request["messages"])


def _survey(survey: Mapping[str, Any]) -> Text:
    answers = (_pair(answer["question"], _said(answer["answer"])) for answer in survey["answers"])
    return lines(_("Asked: {question}", question=survey["asked"]), *answers)


def _said(answer: Any) -> str:
    if isinstance(answer, list):
        return "; ".join(str(part) for part in answer)
    return "–" if answer is None else str(answer)


def _pair(what: Text | str, value: Text | Day | str) -> Text:
    return _("{what}: {value}", what=what, value=value)


def _consent(one: Mapping[str, Any]) -> Text:
    return _pair(NAMES[one["purpose"]], _day(one["given_at"]))


def _day(at: str) -> Day:
    return Day(datetime.fromisoformat(at).date())


def _listed(heading: Text, entries: Iterable[Text]) -> Text | None:
    found = list(entries)[:MOST_SHOWN]
    return lines(heading, *found) if found else None
