"""The languages that the project knows: those that a text is detected in, and that a curator may say a name is in."""

from __future__ import annotations

import re

# Languages that members of the Partnership publish in, by the codes of the model that detects them.
LANGUAGES = (
    "ar", "az", "bg", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "ga", "he", "hr", "hu", "hy", "id", "is", "it", "ka", "ko",
    "ky", "lt", "lv", "mk", "mn", "mt", "nl", "nn", "no", "pl", "ps", "pt", "ro", "ru", "si", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "th", "tl", "tr", "uk", "ur",
)  # fmt: skip
TAGS = {code: "fil" if code == "tl" else code for code in LANGUAGES}  # code of the model -> BCP 47 tag that texts get
# Language, script, region and variants, in the letter case that RFC 5646 recommends.
_WELL_FORMED = re.compile(r"([a-z]{2,3})(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|\d{3}))?(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*")


def tag(text: str) -> str:
    """A BCP 47 tag of one of these languages, as it stands: `pt`, `pt-BR`, `sr-Latn`.

    Raises ValueError with what was expected in Spanish and English.
    """
    found = _WELL_FORMED.fullmatch(text)
    if found is None or found[1] not in TAGS.values():
        listed = ", ".join(sorted(TAGS.values()))
        raise ValueError(
            f"una etiqueta BCP 47 (pt, pt-BR, sr-Latn), o nada si el idioma no consta; idiomas: {listed}",
            f"a BCP 47 tag (pt, pt-BR, sr-Latn), or nothing where the language is not known; languages: {listed}",
        )
    return text
