"""Claims and sources: cutting a value into claims, and looking whether a source really says something.

Used by `verify.grounded`. Pure text work; it believes no model. Whether a passage stands in a source is asked word for
word (case, white space and punctuation aside): a likeness of 95 % is what a sentence has with its denial.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from runtime.core.expressions import Json
from runtime.core.templates import as_text
from runtime.nodes._values import plain

MAX_CLAIMS = 100
MAX_SOURCE_CHARACTERS = 200_000
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+|(?<=[\u3002\uff01\uff1f])")
_NUMBER = re.compile(r"\d+(?:[.,'\u2019 ]\d+)*")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,'\u2019 ]\d{3})+")
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W_]+")
_SHORTEST_QUOTE = 12


class Source:
    """One source, evened out once for many look-ups."""

    def __init__(self, value: Json) -> None:
        self._words = _words(as_text(value)[:MAX_SOURCE_CHARACTERS])

    def says(self, claim: str) -> bool:
        """Whether the claim stands here word for word."""
        wanted = _words(claim)
        return bool(wanted.strip()) and wanted in self._words

    def has_quote(self, quote: str) -> bool:
        """Whether this passage really stands here; one of a word or two proves nothing, unless it is all there is."""
        wanted = _words(quote)
        return self.says(quote) and (len(wanted) >= _SHORTEST_QUOTE or wanted == self._words)


def numbers_in(text: str) -> set[str]:
    """The numbers of a text: `1,500`, `1 500` and `1500` are one; so are `1.5` and `1,5`."""
    found = set()
    for number in _NUMBER.findall(text):
        if _THOUSANDS.fullmatch(number):
            found.add(re.sub(r"\D", "", number))
        else:
            found.update(re.sub(",", ".", part) for part in re.split(r"[ '\u2019]", number))
    return found


def claims_of(value: Json) -> list[str]:
    """What a value says: the sentences of a text; for an object, what each field says."""
    found = [claim for text in _leaves(value) for claim in _sentences(text)]
    return list(dict.fromkeys(found))


def covered(claim: str, texts: Iterable[str]) -> bool:
    """Whether these texts take the claim up with each of its words (a “not” among them), in one piece or in several.

    So a model cannot pass over what it could not prove. Texts that are mostly about something else do not count.
    """
    wanted = set(_words(claim).split())
    taken_up: set[str] = set()
    for text in texts:
        words = set(_words(text).split())
        if 2 * len(words & wanted) >= len(words):
            taken_up |= words
    return wanted <= taken_up


def _words(text: str) -> str:
    """The words alone, each between blanks, so that no word is found inside another."""
    return f" {' '.join(_WORD.findall(plain(text)))} "


def _leaves(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif value is not None and not isinstance(value, bool):
        yield as_text(value)


def _sentences(text: str) -> Iterator[str]:
    for piece in _SENTENCE_END.split(text):
        trimmed = piece.strip(" \t-*\u2022")
        if any(character.isalnum() for character in trimmed):
            yield trimmed
