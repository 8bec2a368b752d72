"""Invented messages and what they are truly about: the same on every machine, as many as are asked for.

Read by `stories` and `living`. A message follows from the world's name, the stage and its number alone, so that a story
that was broken off goes on with the very same ones. Typing errors and texts that can mean one thing or another make a
classifier err about as often as with real mail.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass

from builder.simulated import texts

type Texts = Mapping[str, tuple[str, ...]]
type Doubtful = tuple[tuple[str, Mapping[str, int]], ...]

_SLOT = re.compile(r"{(\w+)}")
_TYPOS = 0.015


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody wrote, and what a person who understands it says that it is about."""

    text: str
    truth: str


@dataclass(frozen=True, slots=True)
class World:
    """Where messages come from. `doubt`: the share of those that can mean one thing or another."""

    name: str
    texts: Texts
    doubtful: Doubtful
    doubt: float

    def message(self, stage: str, number: int) -> Message:
        """The message of this number in this stage."""
        chance = random.Random(f"{self.name}:{stage}:{number}")  # noqa: S311 - invented messages, no secret
        if chance.random() < self.doubt:
            core, weights = chance.choice(self.doubtful)
            truth = chance.choices(list(weights), list(weights.values()))[0]
        else:
            truth, core = chance.choice([(way, core) for way, cores in self.texts.items() for core in cores])
        return Message(_written(core, chance), truth)

    def examples(self, way: str, count: int) -> tuple[str, ...]:
        """Texts for which this way is right, without typing errors: what a designer has put together."""
        chance = random.Random(f"{self.name}:examples:{way}")  # noqa: S311 - as above
        cores = self.texts[way]
        filled = (_filled(cores[number % len(cores)], chance) for number in range(count))
        return tuple(dict.fromkeys(f"{text[0].upper()}{text[1:]}" for text in filled))


def _written(core: str, chance: random.Random) -> str:
    text = chance.choice(texts.OPENERS) + _filled(core, chance) + chance.choice(texts.CLOSERS)
    letters = "".join(_typed(letter, chance) for letter in text)
    return letters[0].upper() + letters[1:]


def _filled(core: str, chance: random.Random) -> str:
    return _SLOT.sub(lambda slot: chance.choice(texts.WORDS[slot[1]]), core)


def _typed(letter: str, chance: random.Random) -> str:
    """The letter, now and then left out or written twice."""
    if not letter.isalpha() or chance.random() >= _TYPOS:
        return letter
    return chance.choice(("", letter * 2))


DEPARTMENTS = World("departments", texts.DEPARTMENTS, texts.DEPARTMENTS_DOUBTFUL, 0.22)
GUESTS = World("guests", texts.GUESTS, texts.GUESTS_DOUBTFUL, 0.1)
REPAIRS = World("repairs", texts.REPAIRS, texts.REPAIRS_DOUBTFUL, 0.08)
RENAMED = World("repairs renamed", texts.REPAIRS_RENAMED, texts.REPAIRS_DOUBTFUL, 0.08)
