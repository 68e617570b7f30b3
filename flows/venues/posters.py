"""Posters for a venue's link, in any language, with words of the organisation's own."""

from __future__ import annotations

from dataclasses import dataclass

from flows.desk import Desk
from flows.flow import Flow
from flows.saved import saved
from flows.turn import Choice, File, Message, Poster, Row, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.venues.opening import Opening, opening
from flows.words import LANGUAGES, Text, Verbatim, Words, _, lines, paragraphs
from storage.venues import VenueLink

flow = Flow()

WORDS_LIMIT = 90


@saved("venues.writing_poster", title=_("the poster's words"), awaits_text=True)
@dataclass(frozen=True, slots=True)
class WritingPoster:
    """Waiting for what a poster says in big letters in one language."""

    token: str
    language: str


@flow.command("poster", audience="staff")
async def poster(desk: Desk, argument: str) -> Turn:
    """`/poster TOKEN` asks for a language, `/poster TOKEN cy` makes one, `/poster TOKEN cy words` asks for words."""
    token, language, wish = (*argument.split(), "", "", "")[:3]
    found = await desk.store.venues.load(token)
    what = await opening(desk, found.opens) if found and found.is_open else None
    if found is None or what is None:
        return go("venues", token)
    if language not in LANGUAGES:
        return _ask_language(found)
    if wish == "words":
        return _ask_words(desk, found, what, language)
    return await _hand_over(desk, found, what, language)


def _ask_language(found: VenueLink) -> Turn:
    names = [link(f"poster {found.token} {code}", name) for code, name in LANGUAGES.items()]
    rows: list[Row] = [names[start : start + 2] for start in range(0, len(names), 2)]
    return end(_("In which language is the poster?"), [*rows, [link(f"venues {found.token}", _("Back"))]])


# ---------------------------------------------------------------- its words


def _ask_words(desk: Desk, found: VenueLink, what: Opening, language: str) -> Turn:
    text = paragraphs(
        _(
            "What does it say in big letters, in {language}? One short sentence, {most} letters at most.",
            language=LANGUAGES[language],
            most=WORDS_LIMIT,
        ),
        _("Now: {words}", words=found.words.get(language) or what.invitation),
    )
    return ask(WritingPoster(found.token, language), text, [[choice("cancel", _("Leave it as it is"))]])


@flow.step(WritingPoster)
async def writing(desk: Desk, at: WritingPoster, said: Said) -> Turn:
    match said:
        case Choice("cancel"):
            return go("poster", f"{at.token} {at.language}")
        case Typed(words):
            return await _keep(desk, at, " ".join(words.split()))
    return again(_("Please write it as a message."))


async def _keep(desk: Desk, at: WritingPoster, words: str) -> Turn:
    if len(words) > WORDS_LIMIT:
        return again(_("That is too long; {most} letters at most.", most=WORDS_LIMIT))
    found = await desk.store.venues.load(at.token)
    if found is not None and desk.is_staff:
        await desk.store.venues.set_words(found, at.language, words)
        await desk.record("wrote a poster", f"link:{at.token}", language=at.language)
    return go("poster", f"{at.token} {at.language}")


# ---------------------------------------------------------------- the poster

NOTES: dict[str, Words] = {
    "join": _("You are asked a few short questions now and then. You can leave at any time."),
    "propose": _("Say what should change. Others can support it, and you get an answer."),
    "hello": _("Short questions before decisions are made, and what came of them."),
}
ANSWERING = _("One question, one tap. Your answer is counted without your name.")


async def _hand_over(desk: Desk, found: VenueLink, what: Opening, language: str) -> Turn:
    headline = Verbatim(found.words[language]) if language in found.words else what.invitation
    sheet = Poster(
        language,
        await desk.named_organisation(),
        headline,
        _("Point your phone's camera at the square"),
        paragraphs(NOTES.get(found.opens.split()[0], ANSWERING), _("You need the free app Telegram.")),
        _("No camera? Type this into your browser:"),
        desk.deep_link(f"at-{found.token}"),
        found.venue,
    )
    rows: list[Row] = [
        [
            link(f"poster {found.token} {language} words", _("Other words")),
            link(f"poster {found.token}", _("Another language")),
        ],
        [link(f"venues {found.token}", _("Back to the link"))],
    ]
    return Turn(
        (
            Message(_("{venue}: {language}", venue=found.venue, language=LANGUAGES[language]), picture=sheet),
            Message(_advice(desk, headline), rows, file=File(f"poster-{language}.pdf", sheet)),
        ),
        ends=True,
    )


def _advice(desk: Desk, headline: Text) -> Text:
    wordy = len(desk.voice.plain(headline)) > WORDS_LIMIT
    shorter = _("These are many words for a poster. Fewer can be read from further away: tap Other words.")
    return lines(_("To print on A4."), shorter if wordy else None)
