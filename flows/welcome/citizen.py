"""The first minute, and what is always there: menu, help, language, stopping."""

from __future__ import annotations

from dataclasses import dataclass

from flows.desk import Desk
from flows.flow import Flow
from flows.router import cannot_read
from flows.saved import saved
from flows.turn import Button, Choice, Row, Said, Turn, again, ask, choice, column, end, go, link
from flows.words import LANGUAGES, Text, Verbatim, Words, _, lines, ngettext, paragraphs
from storage.people import NOTICE_VERSION

flow = Flow()

OPENINGS = frozenset({"at", "join", "topic", "survey", "outcome", "colleague", "home", "rehearse"})
"""Commands that a deep link may open: `?start=join-4f2a` is `/join 4f2a`."""

SOURCES = frozenset({"join", "topic", "survey", "outcome", "home"})
"""Links that people pass on: of whoever comes by one its kind is remembered, as `at` remembers its place."""

WHICH_LANGUAGE = """\
Hello! Which language would you like?
Helo! Pa iaith hoffech chi?
Dzień dobry! W jakim języku mamy rozmawiać?
السلام علیکم! آپ کس زبان میں بات کرنا چاہیں گے؟
স্বাগতম! আপনি কোন ভাষায় কথা বলতে চান?
مرحبًا! بأي لغة تودّ أن نتحدث؟"""
"""Asked in every language at once: nobody has chosen one yet."""


WHAT_CHANGED: dict[str, Words] = {
    "2026-11": _("it now says more clearly what is kept of your Telegram account, and what is not."),
}
"""What is new in each version of the notice, for whoever has agreed to an older one."""

assert NOTICE_VERSION in WHAT_CHANGED


@saved("welcome.choosing_language")
@dataclass(frozen=True, slots=True)
class ChoosingLanguage:
    """Waiting for a language; `then` is what they wanted in the first place."""

    then: str = ""


@saved("welcome.agreeing")
@dataclass(frozen=True, slots=True)
class Agreeing:
    """Waiting for agreement with the notice."""

    then: str = ""


# ---------------------------------------------------------------- hello


@flow.command("start", agreement=False)
async def start(desk: Desk, argument: str) -> Turn:
    command, _dash, subject = argument.partition("-")
    if command != "at" and desk.has_agreed:  # neither whoever withdrew nor whoever answers at a venue wants messages
        await desk.listen_again()
    if command in OPENINGS:
        if command in SOURCES and not desk.person.agreed and not desk.person.source:
            await desk.store.people.set_source(desk.person.id, command)
        return go(command, subject)
    if argument and await desk.store.venues.load(argument):
        return go("at", argument)
    return go("menu", "hello")


@flow.command("agree", agreement=False)
async def agree(desk: Desk, argument: str) -> Turn:
    """What stands before everything else: a language, and agreement with the notice."""
    then = "" if argument.startswith("menu") else argument
    if not desk.person.language_chosen:
        return ask_language(ChoosingLanguage(then))
    return await ask_agreement(desk, then)


@flow.step(ChoosingLanguage, Agreeing)
async def step(desk: Desk, at: ChoosingLanguage | Agreeing, said: Said) -> Turn:
    match at, said:
        case ChoosingLanguage(then), Choice(language) if language in LANGUAGES:
            await desk.speak(language)
            return await ask_agreement(desk, then)
        case ChoosingLanguage(), _:
            return again(_("Please tap a language."))
        case Agreeing(then), Choice("yes"):
            await desk.agree(NOTICE_VERSION)
            await desk.record("agreed", f"notice:{NOTICE_VERSION}")
            return welcomed(then)
        case Agreeing(then), Choice("more"):
            return ask(at, await full_notice(desk), answers_to_notice(more=False))
        case Agreeing(then), Choice("language"):
            return ask_language(ChoosingLanguage(then))
        case Agreeing(), Choice("no"):
            return end(
                _(
                    "That is fine. I keep only your language, this chat so that I can answer, and what you have "
                    "answered already. Send /start if you change your mind."
                )
            )
    return again(_("Please tap one of the buttons: may I keep what you tell me here?"))


def ask_language(state: ChoosingLanguage) -> Turn:
    return ask(state, Verbatim(WHICH_LANGUAGE), in_pairs([choice(code, name) for code, name in LANGUAGES.items()]))


def in_pairs(buttons: list[Button]) -> list[Row]:
    """Two a row: names of languages are short, and the list still fits a small phone."""
    return [buttons[start : start + 2] for start in range(0, len(buttons), 2)]


async def ask_agreement(desk: Desk, then: str) -> Turn:
    if desk.person.agreed not in ("", NOTICE_VERSION):
        changed = paragraphs(
            _("<b>Our notice has changed:</b> {what}", what=WHAT_CHANGED[NOTICE_VERSION]),
            _("Everything else stays as it was. You can stop at any time with /stop. Is that all right?"),
        )
        return ask(Agreeing(then), changed, answers_to_notice(more=True))
    organisation = await desk.named_organisation()
    text = paragraphs(
        _("<b>Hello! This is how you and {organisation} can talk.</b>", organisation=organisation),
        _("We ask short questions before decisions are made, and tell you afterwards what was decided."),
        _(
            "I keep your answers, your panels and topics, and a number Telegram gives your account (not your phone "
            "number), so that I can reach you."
        ),
        _("You can stop at any time with /stop. Is that all right?"),
    )
    return ask(Agreeing(then), text, answers_to_notice(more=True))


def answers_to_notice(*, more: bool) -> list[Row]:
    rows = column(choice("yes", _("Yes, I agree")), choice("no", _("Not now")))
    if more:
        rows.append([choice("more", _("Tell me more")), choice("language", _("🌐 Language"))])
    return rows


async def full_notice(desk: Desk) -> Text:
    organisation = await desk.organisation()
    months = await desk.inactive_months()
    return paragraphs(
        _("<b>What taking part means</b>"),
        _("Who asks: {organisation}.", organisation=await desk.named_organisation()),
        _("Why: so that decisions are made with the people they are for."),
        lines(
            _(
                "What is kept: a number Telegram gives your account, your language, the panels you join, your topics "
                "and supports, and your answers."
            ),
            _("About yourself I keep only what you choose to say. Your name and phone number are not kept."),
        ),
        _("Who sees it: staff see answers counted together, not who gave which."),
        ngettext(
            "How long: until you erase it with /forget, or until I have not heard from you for {n} month. "
            "Then I ask first whether you want to stay (unless you have sent /stop).",
            "How long: until you erase it with /forget, or until I have not heard from you for {n} months. "
            "Then I ask first whether you want to stay (unless you have sent /stop).",
            months,
        ),
        _("With /mydata you see all of it, with /privacy you decide. /stop ends all messages at once."),
        _("Questions? {contact}", contact=organisation.contact) if organisation.contact else None,
    )


def welcomed(then: str) -> Turn:
    """What they have allowed under an older notice is asked for again first, one question each."""
    return go("keepprofile", then)


# ---------------------------------------------------------------- always there

REASONS: dict[str, Words] = {
    "hello": _("Welcome back! What would you like to do?"),
    "agreed": _("Thank you. What would you like to do first?"),
    "unclear": _("I am not sure what you mean. Here is what you can do:"),
    "unknown": _("I do not know that command. Here is what you can do:"),
    "corrected": _("I go by what you sent first, so the change was not taken in. Here is what you can do:"),
    "stays": _("Good to have you still here! What would you like to do?"),
    "cancelled": _("All right, nothing was changed. Here is what you can do:"),
}


@flow.command("menu", _("What you can do here"), keywords=_("menu,start,hello,hi"))
async def menu(desk: Desk, argument: str) -> Turn:
    kind = argument.removeprefix("sent ")
    text: Text = cannot_read(kind) if kind != argument else REASONS.get(argument, _("Here is what you can do:"))
    if desk.person.stopped:
        text = paragraphs(text, _("You have asked me not to write of my own accord. Send /start to change that."))
    return end(text, staff_menu() if desk.is_staff else citizen_menu())


def citizen_menu() -> list[Row]:
    return [
        [link("panels", _("Panels"))],
        [link("topics", _("Topics"))],
        [link("surveys", _("Questions for me"))],
        [link("outcomes", _("What was decided")), link("me", _("Me"))],
        [link("help", _("Help")), link("language", _("🌐 Language"))],
    ]


def staff_menu() -> list[Row]:
    return [
        [link("consultations", _("Consultations")), link("panels", _("Panels"))],
        [link("topics", _("Topics")), link("promises", _("Promises"))],
        [link("venues", _("Links and posters")), link("enter", _("Enter answers"))],
        [link("people", _("People")), link("requests", _("Questions to staff"))],
        [link("status", _("Status")), link("colleagues", _("Colleagues"))],
        [link("organisation", _("Organisation")), link("help", _("Help"))],
    ]


@flow.command("help", _("How this works"), agreement=False, keywords=_("help,info"))
async def help(desk: Desk, argument: str) -> Turn:
    if desk.is_staff:
        return Turn((await _staff_help(desk)).messages)
    organisation = await desk.organisation()
    text = paragraphs(
        _("<b>How this works</b>"),
        lines(
            _("/panels – find, join or leave a panel"),
            _("/topics – say what matters to you, and support what others say"),
            _("/surveys – questions that wait for your answer"),
            _("/outcomes – what was decided, and why"),
            _("/me – you, as far as you want to say; /needs – how I speak with you"),
            _("/privacy – what I keep; /mydata – see it; /forget – erase it"),
            _("/pause – no messages for a while"),
            _("/support – ask staff something"),
            _("/language – change the language"),
            _("/cancel – leave what you are doing"),
            _("/stop – no more messages from me"),
        ),
        _("You can tap the buttons or write. For example, write: /propose A crossing by the school"),
        _("If you would rather talk to somebody: {contact}", contact=organisation.contact)
        if organisation.contact
        else None,
    )
    return Turn((*end(text, [[link("menu", _("Menu"))]]).messages,))


async def _staff_help(desk: Desk) -> Turn:
    text = paragraphs(
        _("<b>For staff</b>"),
        lines(
            _("/newpanel – begin a standing panel"),
            _("/consult – ask a panel before a decision"),
            _("/consultations – drafts, what is open, results"),
            _("/topics – what citizens want on the agenda; answer it"),
            _("/promises – what you still owe an answer"),
            _("/venues – links and posters for places, and what they bring"),
            _("/enter – answers from paper, telephone or a stall"),
            _("/people – who takes part, in numbers; /attributes – what you ask about them"),
            _("/requests – what people ask you; answer it"),
            _("/retention – how long things are kept"),
            _("/status – is everything working?"),
            _("/colleagues – invite a colleague"),
            _("/organisation – name and contact"),
        ),
        _("A cycle takes four steps: begin a panel, ask it something, read the results, tell people what you did."),
    )
    return end(text, [[link("menu", _("Menu"))]])


@flow.command("language", _("Change the language"), agreement=False, keywords=_("language"))
async def language(desk: Desk, argument: str) -> Turn:
    if argument in LANGUAGES:
        await desk.speak(argument)
        return end(_("From now on I speak English with you."), [[link("menu", _("Menu"))]])
    names = [link(f"language {code}", name) for code, name in LANGUAGES.items()]
    return Turn(end(Verbatim(WHICH_LANGUAGE), in_pairs(names)).messages)


@flow.command("cancel", _("Leave what you are doing"), agreement=False, keywords=_("cancel"))
async def cancel(desk: Desk, argument: str) -> Turn:
    return go("menu", "cancelled")


@flow.command("stop", _("No more messages"), agreement=False, keywords=_("stop,unsubscribe"))
async def stop(desk: Desk, argument: str) -> Turn:
    if not desk.person.stopped:
        desk.moved("stopped")
    await desk.store.people.set_stopped(desk.person.id, True)
    await desk.store.outbox.drop_bulk(desk.person.id, desk.now, "asked to stop")
    await desk.record("stopped", "messages")
    text = paragraphs(
        _("I will not write to you any more unless you write to me first."),
        _("Your places on panels and your topics stay as they are. Send /start to hear from me again."),
    )
    return end(text, [[link("start", _("Start again")), link("panels", _("My panels"))]])
