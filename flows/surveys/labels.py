"""What attributes of people and their bands are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.words import Paragraphs, Text, Verbatim, Words, _, said_in
from storage.attributes import Attribute


@dataclass(frozen=True, slots=True)
class Labels:
    """What attributes and their bands are called, in the reader's language."""

    traits: Mapping[str, Text]
    bands: Mapping[tuple[str, str], Text]

    @staticmethod
    def of(attributes: Sequence[Attribute], language: str) -> Labels:
        return Labels(
            {attribute.key: _named(attribute.labels, attribute.key, language) for attribute in attributes},
            {
                (attribute.key, option.key): _named(option.labels, option.key, language)
                for attribute in attributes
                for option in attribute.options
            },
        )

    def trait(self, key: str) -> Text:
        return self.traits.get(key, Verbatim(key))

    def together(self, trait: str, bands: Sequence[str]) -> Text:
        """Each by itself, for in right-to-left text the numbers of ages would change places."""
        return Paragraphs(tuple(Words("{band}", {"band": self.band(trait, band)}) for band in bands), " + ")

    def band(self, trait: str, band: str) -> Text:
        return self.bands.get((trait, band), Verbatim(band)) if band else _("not known")


def _named(labels: Mapping[str, str], key: str, language: str) -> Text:
    return Verbatim(said_in(labels, language) or key)
