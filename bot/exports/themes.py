"""Key words and groups of what people wrote: offline, as a help for reading.

Answers are turned into TF-IDF vectors of words (Salton, Buckley, "Term-weighting approaches in
automatic text retrieval", 1988) and grouped by k-means; a group is named by the words that weigh most in it. Works in
any language written with blanks between words; words that stand in many answers weigh little, so no list of stop words
is needed.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import regex
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer

WORD = regex.compile(r"[\p{L}\p{M}\p{N}]{3,}")
"""With the marks that are part of a letter's sound in Bengali, Arabic or Urdu."""

MOST_GROUPS = 8
WORDS_SHOWN = 5
EXAMPLES = 3
STANDING_OUT = 12
IN_MOST = 0.6
"""A word in more answers than this says nothing about any."""


def themes(plan: Mapping[str, Any]) -> bytes:
    """UTF-8 text: words that stand out, then groups of answers, the largest first, with those nearest to its middle.

    `plan` is {"title", "texts", "note", "heading", "group"}.
    """
    found = [plan["title"], plan["note"], f"{plan['heading']}: {', '.join(_standing_out(plan['texts'])) or '–'}"]
    for number, (words, examples, size) in enumerate(groups(plan["texts"]), 1):
        title = f"{plan['group'].format(number=number)} ({size}): {', '.join(words)}"
        found.append("\n".join([title, *(f"– {one}" for one in examples)]))
    return ("\n\n".join(found) + "\n").encode()


def _vectors(texts: list[str]) -> tuple[Any, list[str]]:
    """Rows of weights, and the words of their columns; no columns where no word stands in two answers."""
    vectorizer = TfidfVectorizer(
        tokenizer=WORD.findall, token_pattern=None, min_df=2, max_df=IN_MOST, sublinear_tf=True
    )
    try:
        weights = vectorizer.fit_transform(texts)
    except ValueError:
        return np.zeros((len(texts), 0)), []
    return weights, list(vectorizer.get_feature_names_out())


def _standing_out(texts: list[str]) -> list[str]:
    weights, words = _vectors(texts)
    if not words:
        return []
    total = np.asarray(weights.sum(axis=0)).ravel()
    return [words[place] for place in np.argsort(-total, kind="stable")[:STANDING_OUT]]


def groups(texts: list[str]) -> list[tuple[list[str], list[str], int]]:
    """Words, the most typical answers, and the size of each group, the largest first; the same for the same texts."""
    weights, words = _vectors(texts)
    filled = np.flatnonzero(np.asarray(weights.sum(axis=1)).ravel()) if words else np.array([], dtype=int)
    number = min(MOST_GROUPS, round(math.sqrt(len(filled) / 2)))
    if number < 2:
        return []
    inside = weights[filled]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = KMeans(number, n_init=10, random_state=0).fit(inside)
    found = []
    for group in range(number):
        members = np.flatnonzero(model.labels_ == group)
        if not len(members):
            continue
        nearest = members[np.argsort(model.transform(inside[members])[:, group], kind="stable")][:EXAMPLES]
        order = np.argsort(-model.cluster_centers_[group], kind="stable")
        names = [words[place] for place in order if model.cluster_centers_[group][place] > 0]
        found.append((names[:WORDS_SHOWN], [texts[filled[place]] for place in nearest], len(members)))
    return sorted(found, key=lambda one: -one[2])
