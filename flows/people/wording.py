"""An attribute in words, for staff."""

from __future__ import annotations

from flows.people.rules import KINDS
from flows.words import DEFAULT_LANGUAGE, LANGUAGES, Percent, Text, Verbatim, _, lines, ngettext, paragraphs, said_in
from storage.attributes import Attribute, Option

OPTIONS_SHOWN = 30
PREFIXES_SHOWN = 6


def label_of(thing: Attribute | Option, language: str) -> str:
    """In the reader's language, otherwise in the default one, otherwise in any."""
    return said_in(thing.labels, language) or thing.key


def in_short(attribute: Attribute, language: str) -> Text:
    return lines(
        _("<b>{label}</b>", label=label_of(attribute, language)),
        _(
            "{kind}, {options}, {shares}",
            kind=KINDS[attribute.kind],
            options=ngettext("{n} option", "{n} options", len(attribute.options)),
            shares=_("with census shares") if attribute.options[0].target is not None else _("no census shares"),
        ),
        _("Sensitive: people agree separately before they are asked.") if attribute.sensitive else None,
    )


def in_full(attribute: Attribute, language: str) -> Text:
    reason = (attribute.reasons or {}).get(language) or (attribute.reasons or {}).get(DEFAULT_LANGUAGE)
    shown = attribute.options[:OPTIONS_SHOWN]
    missing = [name for code, name in LANGUAGES.items() if code not in attribute.labels]
    return paragraphs(
        in_short(attribute, language),
        _("Why we ask: {reason}", reason=reason) if reason else _("People are not told why you ask. Please say so."),
        lines(
            *(_listed(option, language) for option in shown),
            ngettext("and {n} more", "and {n} more", len(attribute.options) - len(shown))
            if len(attribute.options) > len(shown)
            else None,
        ),
        _("Not yet in: {languages}", languages=", ".join(missing)) if missing else None,
    )


def _listed(option: Option, language: str) -> Text:
    label = Verbatim(label_of(option, language))
    prefixes = " ".join(option.prefixes[:PREFIXES_SHOWN]) + (" …" if len(option.prefixes) > PREFIXES_SHOWN else "")
    if option.target is not None and prefixes:
        return _("– {option} ({postcodes}): {share}", option=label, postcodes=prefixes, share=Percent(option.target))
    if option.target is not None:
        return _("– {option}: {share}", option=label, share=Percent(option.target))
    if prefixes:
        return _("– {option} ({postcodes})", option=label, postcodes=prefixes)
    return _("– {option}", option=label)
