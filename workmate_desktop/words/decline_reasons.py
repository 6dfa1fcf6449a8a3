"""Why a payment was declined, in words. No Qt: `serve` writes them into its log.

decline_reason("insufficient_funds", "card_declined") -> one German sentence
DeclineReasons.load().german(...) / .english(...)
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from workmate_desktop.words.language import of_table
from workmate_desktop.words.resources import resource_path


@dataclass(frozen=True, slots=True)
class DeclineReasons:
    """Why a payment was declined, as one sentence for staff, in German or English.

    Texts from `resources/decline_codes.json`; codes from
    https://docs.stripe.com/declines/codes and https://docs.stripe.com/error-codes.
    """

    _table: dict[str, Any]

    @classmethod
    def load(cls, path: Path | None = None) -> "DeclineReasons":
        """Read the table; `path` only for tests."""
        text = (path or resource_path("decline_codes.json")).read_text(encoding="utf-8")
        return cls(json.loads(text))

    def german(self, decline_code: str | None, failure_code: str | None) -> str:
        """The sentence for staff, in the language of the window. The decline code says more: it
        comes first."""
        return self._sentence(decline_code, failure_code, "de", of_table)

    def english(self, decline_code: str | None, failure_code: str | None) -> str:
        """The English sentence, for log lines."""
        return self._sentence(decline_code, failure_code, "en", str)

    def _sentence(
        self,
        decline_code: str | None,
        failure_code: str | None,
        language: str,
        spoken: Callable[[str], str],
    ) -> str:
        if decline_code in self._table["decline_codes"]:
            return spoken(self._table["decline_codes"][decline_code][language])
        # An unknown decline code comes with the code `card_declined`, which is known but says
        # nothing: naming the unknown code helps more.
        if decline_code is None and failure_code in self._table["error_codes"]:
            return spoken(self._table["error_codes"][failure_code][language])
        code = decline_code or failure_code
        if not code:
            return spoken(self._table["none"][language])
        return spoken(self._table["unknown"][language]).replace("{code}", code)


@cache
def _decline_reasons() -> DeclineReasons:
    return DeclineReasons.load()


def decline_reason(decline_code: str | None, failure_code: str | None = None) -> str:
    """The German sentence for a declined payment; a sensible one for unknown or missing codes."""
    return _decline_reasons().german(decline_code, failure_code)
