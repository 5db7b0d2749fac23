"""The language of a text, where a statistical model is sure enough; no tag where it is not.

A title of four words is a hard case by itself: the model finds *Open Congress Action Plan* English by a quarter. In a file whose long texts are nearly all
English it is English beyond doubt. So the languages of a file's long texts, which are certain, say what to expect of its short ones
(`Expected`): by Bayes' rule they make the model's best language more or less sure. They never put another language in its place.
Measured on the two real samples at a confidence of 0.90: of 904 titles 540 had no tag, now 116 have none, and no tag is wrong. Of 7,378 pieces
of two to seven words of texts in 35 languages, beside a hundred English, Spanish and Portuguese long texts, three got another language (*Data Warehouse (DW) do Portal*).

`py3langid` (0.4) with its own model of some 140 languages, restricted to `ingest.languages`. Measured on the texts of the two real
samples (937 titles and texts of more than 20 characters, 474 on average), beside `lingua-language-detector` (2.1) with 47
languages: py3langid 0.14 ms a text and 104 MiB of memory; lingua 1.0 ms and 735 MiB, or 0.58 ms and 42 MiB in its low-accuracy
mode, which reads English titles as French, Romanian or Tagalog. On texts of 100 characters and more py3langid and lingua
disagreed on one, where py3langid was right. Short titles are hard for both; py3langid says so by a low confidence.

What it cannot do: tell Bosnian, Croatian and Serbian apart in most texts (the share is spread over the three, so there is no
tag); say that a text is in two languages. Filipino is tagged `fil` as contracts do, Norwegian `no`
(bokmål) or `nn`.

The model's sums are taken in double precision and in a fixed order: the confidence of a text is the same on every machine,
whatever linear-algebra library and number of cores it has.
"""

from __future__ import annotations

import math
import re
import zlib
from bisect import insort
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from ingest.cleaning.text import repair
from ingest.languages import LANGUAGES, TAGS

THRESHOLD = Decimal("0.80")
_CERTAIN = Decimal("0.95")
MIN_LETTERS = 8
LONGEST = 400  # characters; in the longer texts of the samples the rest changed no tag
_LONG = 200  # characters of a text whose language the model tells for certain
_ASKED = 100  # long texts of a file

_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\[redacted: [a-z-]+\]")
_FIGURES = re.compile(r"[\d_]+")


@dataclass(frozen=True)
class Detection:
    """`tag` is a BCP 47 tag, or None where the model is not sure or the text too short. `confidence` (0 to 1) is that of `best`."""

    tag: str | None
    confidence: Decimal
    best: str | None


@dataclass(frozen=True)
class Expected:
    """How many of a file's long texts are in each language: (tag, number) in the order of the tags."""

    texts: tuple[tuple[str, int], ...] = ()


class LongTexts:
    """Sees the texts of a file in any order and keeps a hundred different long ones, always the same."""

    def __init__(self) -> None:
        self._kept: list[tuple[int, str]] = []

    def see(self, text: str) -> None:
        if len(text) < _LONG:
            return
        begin = text[: 2 * LONGEST]
        ranked = zlib.crc32(begin.encode("utf-8", "surrogatepass")), begin
        if (len(self._kept) == _ASKED and ranked >= self._kept[-1]) or ranked in self._kept:
            return
        insort(self._kept, ranked)
        del self._kept[_ASKED:]

    def expected(self) -> Expected:
        found = Counter(detection.tag for _, text in self._kept if (detection := detect(repair(text).text, _CERTAIN)).tag)
        return Expected(tuple(sorted(found.items())))


class _Exact(LanguageIdentifier):  # type: ignore[misc]
    """The same model, its sums in double precision and in the order of the text."""

    def _sparse_score(self, visits: dict[int, int], table: Any) -> Any:
        summands = table.take(list(visits), axis=0)
        summands *= _WEIGHTS.take(list(visits.values()))[:, None]
        return np.add.reduce(summands, axis=0) + self.nb_pc

    def best(self, text: str, expected: Expected) -> tuple[str, float]:
        """The first of `rank`, without ordering all the others, and how sure it is among languages of which some are expected more than others."""
        scores = self._decide(text)
        first = scores.argmax()
        if not expected.texts:
            return self.nb_classes[first], float(scores[first])
        weighed = scores * _weights(expected)
        return self.nb_classes[first], float(weighed[first]) / math.fsum(weighed.tolist())


# By how often a feature stands in a text: at most once a byte, of which normalisation makes no more than twelve from a character.
_WEIGHTS = np.array([math.log1p(count) for count in range(12 * LONGEST + 1)])


@lru_cache(maxsize=1)
def _model() -> _Exact:
    """Loaded at the first text (about a second, 104 MiB)."""
    model = _Exact.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages(LANGUAGES)
    model.nb_ptc, model.nb_pc = np.ascontiguousarray(model.nb_ptc, dtype=np.float64), model.nb_pc.astype(np.float64)
    model._full_model = model.nb_ptc, model.nb_pc, model.nb_classes  # the other languages are not needed again
    return model


@lru_cache(maxsize=64)
def _weights(expected: Expected) -> Any:
    """One more than the number of long texts in each language: what no long text is in stays possible."""
    texts = dict(expected.texts)
    return np.array([1.0 + texts.get(TAGS[code], 0) for code in _model().nb_classes])


def detect(text: str, threshold: Decimal = THRESHOLD, min_letters: int = MIN_LETTERS, expected: Expected = Expected()) -> Detection:
    """The language of a repaired text. Addresses, numbers and what was redacted say nothing and are left out."""
    plain = " ".join(_FIGURES.sub(" ", _ADDRESS.sub(" ", text[:LONGEST])).split())
    # Nearly always the beginning has letters enough.
    if sum(map(str.isalpha, plain[: 2 * min_letters])) < min_letters and sum(map(str.isalpha, plain)) < min_letters:
        return Detection(None, Decimal("0.00"), None)
    best, confidence = _classify(plain, expected)
    return Detection(best if confidence >= threshold else None, confidence, best)


@lru_cache(maxsize=16384)
def _classify(plain: str, expected: Expected) -> tuple[str, Decimal]:
    code, share = _model().best(plain, expected)
    return TAGS[code], Decimal(math.floor(share * 100 + 1e-9)).scaleb(-2)  # rounded down: 0.799 does not reach 0.80
