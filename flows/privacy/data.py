"""Everything held on somebody, in words. Pure wording."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flows.privacy.purposes import NAMES
from flows.spoken import as_text
from flows.switches import SWITCHES
from flows.turn import Media
from flows.words import LANGUAGES, Day, Text, Verbatim, Words, _, lines, ngettext, paragraphs, said_in
from storage.attributes import Attribute

MOST_SHOWN = 20

VERDICTS: dict[str, Words] = {
    "yes": _("Yes, this answers me"),
    "partly": _("Partly"),
    "no": _("No"),
}

CAME_THROUGH: dict[str, Words] = {
    "join": _("A link to a panel"),
    "topic": _("A link to a topic"),
    "survey": _("A link to a survey"),
    "outcome": _("A link to a decision"),
    "home": _("A link of somebody you live with"),
}

SENT: dict[str, Words] = {
    "voice": _("a voice message"),
    "audio": _("a voice message"),
    "photo": _("a picture"),
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
            *(_("Your colleagues call you: {name}", name=name) for name in held["among_colleagues"]),
        ),
        _listed(_("About yourself"), _profile(held["profile"], attributes, language)),
        _listed(_("Panels"), (_pair(panel["panel"], _day(panel["joined_at"])) for panel in held["panels"])),
        _listed(_("You would like to be drawn for"), (Verbatim(pool["panel"]) for pool in held["pools"])),
        _listed(_("Draws you were in, and your name in them"), (_draw(draw) for draw in held["draws"])),
        _listed(_("Seats you were offered"), (Verbatim(seat["panel"]) for seat in held["seats_offered"])),
        *(_survey(survey) for survey in held["surveys"][-MOST_SHOWN:]),
        _more(len(held["surveys"])),
        _listed(_("What you said of decisions"), (_verdict(one) for one in held["verdicts"])),
        _listed(_("Your topics"), (as_text(topic["words"]) for topic in held["topics"])),
        _listed(_("Topics you support"), (Verbatim(topic["words"]) for topic in held["supported"])),
        _listed(_("Questions you proposed"), (Verbatim(one["words"]) for one in held["questions_proposed"])),
        _listed(_("Proposed questions you support"), (Verbatim(one["words"]) for one in held["questions_supported"])),
        _listed(_("What you and staff wrote to each other"), _written(held["asked_staff"])),
        _listed(_("Questions of colleagues that you tried"), (_tried(one) for one in held["tried_for_colleagues"])),
        _listed(_("Links you opened"), (_pair(one["venue"], _day(one["opened_at"])) for one in held["venues"])),
        _listed(_("What you agreed to"), (_consent(one) for one in held["consents"] if one["withdrawn_at"] is None)),
        _listed(_("What you took back"), (_taken_back(one) for one in held["consents"] if one["withdrawn_at"])),
        _("The file also has what you have begun here and not finished.")
        if any("set_aside" in one for one in held["unfinished"])
        else None,
        ngettext(
            "The file also lists {n} thing you did here, and when.",
            "The file also lists {n} things you did here, and when.",
            len(held["recorded"]),
        )
        if held["recorded"]
        else None,
    )


def recordings(held: Mapping[str, Any]) -> list[Media]:
    """What was said or shown instead of written, the latest of them."""
    said = [str(answer["answer"]) for survey in held["surveys"] for answer in survey["answers"]]
    found = [one.partition(":")[::2] for one in said if SENT_FORM.fullmatch(one)]
    return [Media(kind, id) for kind, id in found][-MOST_SHOWN:]  # type: ignore[arg-type]


def _settings(settings: Mapping[str, Any]) -> list[Text]:
    return [
        _("Here since: {day}", day=_day(settings["created_at"])),
        _("Language: {language}", language=LANGUAGES[settings["language"]]),
        *_source(settings),
        *(label for name, label in SWITCHES.items() if settings[name]),
        *([_("Time zone: {zone}", zone=settings["zone"])] if settings["zone"] else []),
        *_times(settings),
        *([_("You have a code of your own.")] if settings["has_code"] else []),
        *_silence(settings),
    ]


def _source(settings: Mapping[str, Any]) -> list[Text]:
    name = settings["source"]
    if not name:
        return []
    return [_("You came through: {link}", link=CAME_THROUGH.get(name) or settings["source_place"] or name)]


def _times(settings: Mapping[str, Any]) -> list[Text]:
    found: list[Text] = []
    if settings["quiet_from"] is not None and settings["quiet_until"] is not None:
        hours = f"{_clock(settings['quiet_from'])}–{_clock(settings['quiet_until'])}"
        found.append(_("Silent: {hours}", hours=hours))
    if settings["best_time"] is not None:
        found.append(_("Best time to hear from me: {time}", time=_clock(settings["best_time"])))
    often = ngettext("at most once a week", "at most {n} times a week", settings["most_asked"])
    return [*found, _("I ask you something: {often}", often=often)]


def _silence(settings: Mapping[str, Any]) -> list[Text]:
    if settings["paused_until"]:
        return [_("I am silent until: {day}", day=_day(settings["paused_until"]))]
    return [_("You have asked me not to write of my own accord.")] if settings["stopped"] else []


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


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
    return lines(
        _("Asked: {question}", question=survey["asked"]),
        _("Your name stands on it: {name}", name=survey["name"]) if survey["name"] else None,
        _("Somebody helped you answer.") if survey["with_helper"] else None,
        *answers,
    )


SENT_FORM = re.compile(r"(voice|audio|photo):[\w-]+")


def _said(answer: Any) -> Text | str:
    if isinstance(answer, list):
        return "; ".join(str(part) for part in answer)
    said = "–" if answer is None else str(answer)
    return SENT[said.partition(":")[0]] if SENT_FORM.fullmatch(said) else said


def _verdict(one: Mapping[str, Any]) -> Text:
    return _pair(one["asked"], VERDICTS[one["verdict"]])


def _tried(one: Mapping[str, Any]) -> Text:
    return _pair(one["asked"], one["remark"] or "–")


def _draw(one: Mapping[str, Any]) -> Text:
    return _pair(one["panel"], one["pseudonym"])


def _taken_back(one: Mapping[str, Any]) -> Text:
    return _pair(NAMES[one["purpose"]], _day(one["withdrawn_at"]))


def _pair(what: Text | str, value: Text | Day | str) -> Text:
    return _("{what}: {value}", what=what, value=value)


def _consent(one: Mapping[str, Any]) -> Text:
    return _pair(NAMES[one["purpose"]], _day(one["given_at"]))


def _day(at: str) -> Day:
    return Day(datetime.fromisoformat(at).date())


def _listed(heading: Text, entries: Iterable[Text]) -> Text | None:
    found = list(entries)
    return lines(heading, *found[:MOST_SHOWN], _more(len(found))) if found else None


def _more(number: int) -> Text | None:
    left = number - MOST_SHOWN
    return ngettext("… {n} more is in the file.", "… {n} more are in the file.", left) if left > 0 else None
