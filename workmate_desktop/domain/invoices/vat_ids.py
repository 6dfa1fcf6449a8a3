"""VAT ids: one form for each, whose country's it is, and how one looks there.

Kept without blanks, dots and hyphens, in capitals: "che-107.787.577 mwst" is CHE107787577MWST.
Check digits are counted in words/vat_check.py.
"""

import re
import unicodedata

EXAMPLES = {
    "AT": "ATU13585627",
    "BE": "BE0428759497",
    "BG": "BG175074752",
    "CH": "CHE107787577 MWST",
    "CY": "CY10259033P",
    "CZ": "CZ25123891",
    "DE": "DE136695976",
    "DK": "DK13585628",
    "EE": "EE100931558",
    "ES": "ESB58378431",
    "FI": "FI20774740",
    "FR": "FR40303265045",
    "GB": "GB980780684",
    "GR": "EL094259216",
    "HR": "HR33392005961",
    "HU": "HU12892312",
    "IE": "IE6433435F",
    "IT": "IT00743110157",
    "LT": "LT119511515",
    "LU": "LU15027442",
    "LV": "LV40003521600",
    "MT": "MT11679112",
    "NL": "NL004495445B01",
    "NO": "NO995525828MVA",
    "PL": "PL8567346215",
    "PT": "PT501964843",
    "RO": "RO18547290",
    "SE": "SE123456789701",
    "SI": "SI50223054",
    "SK": "SK2022749619",
}
"""One of each country whose ids are known here, by its ISO code."""

_PREFIXES = {"EL": "GR", "XI": "GB", "CHE": "CH"}
"""Where an id begins with other letters than its country's code."""
_BETWEEN = re.compile(r"[\s.,/'_-]|[\u2010-\u2015\u2212]")


def tidy_vat_id(text: str) -> str:
    """As it is kept."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()


def country_of_vat_id(tidy: str) -> str | None:
    """The country that a tidy id names by its first letters; None for one not known here."""
    for length in (3, 2):
        start = tidy[:length]
        if start in _PREFIXES:
            return _PREFIXES[start]
    return tidy[:2] if tidy[:2] in EXAMPLES and tidy[:2] != "CH" else None


def prefix_of(country: str) -> str:
    """What the ids of this country begin with."""
    return next((start for start, code in _PREFIXES.items() if code == country != "GB"), country)
