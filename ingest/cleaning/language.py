"""The language of a text, where a statistical model is sure enough; no tag where it is not.

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
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from ingest.languages import LANGUAGES, TAGS

THRESHOLD = Decimal("0.80")
MIN_LETTERS = 20
LONGEST = 400  # characters; in the longer texts of the samples the rest changed no tag

_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\[redacted: [a-z-]+\]")
_FIGURES = re.compile(r"[\d_]+")


@dataclass(frozen=True)
class Detection:
    """`tag` is a BCP 47 tag, or None where the model is not sure or the text too short. `confidence` (0 to 1) is that of `best`."""

    tag: str | None
    confidence: Decimal
    best: str | None


class _Exact(LanguageIdentifier):  # type: ignore[misc]
    """The same model, its sums in double precision and in the order of the text."""

    def _sparse_score(self, visits: dict[int, int], table: Any) -> Any:
        summands = table.take(list(visits), axis=0)
        summands *= _WEIGHTS.take(list(visits.values()))[:, None]
        return np.add.reduce(summands, axis=0) + self.nb_pc

    def best(self, text: str) -> tuple[str, float]:
        """The first of `rank`, without ordering all the others."""
        scores = self._decide(text)
        first = scores.argmax()
        return self.nb_classes[first], float(scores[first])


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


def detect(text: str, threshold: Decimal = THRESHOLD, min_letters: int = MIN_LETTERS) -> Detection:
    """The language of a repaired text. Addresses, numbers and what was redacted say nothing and are left out."""
    plain = " ".join(_FIGURES.sub(" ", _ADDRESS.sub(" ", text[:LONGEST])).split())
    # Nearly always the beginning has letters enough.
    if sum(map(str.isalpha, plain[: 2 * min_letters])) < min_letters and sum(map(str.isalpha, plain)) < min_letters:
        return Detection(None, Decimal("0.00"), None)
    best, confidence = _classify(plain)
    return Detection(best if confidence >= threshold else None, confidence, best)


@lru_cache(maxsize=16384)
def _classify(plain: str) -> tuple[str, Decimal]:
    code, share = _model().best(plain)
    return TAGS[code], Decimal(math.floor(share * 100 + 1e-9)).scaleb(-2)  # rounded down: 0.799 does not reach 0.80
