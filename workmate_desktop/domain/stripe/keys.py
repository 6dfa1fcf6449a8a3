"""The three keys of a Stripe account: their form, their mode, how they are shown.

https://docs.stripe.com/keys and https://docs.stripe.com/webhooks/signature
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class KeyProblem(StrEnum):
    """Why a typed key cannot be right; ui has the sentence for each."""

    EMPTY = "empty"
    WRONG_PREFIX = "wrong_prefix"
    SECRET_IN_PUBLISHABLE = "secret_in_publishable"
    PUBLISHABLE_IN_SECRET = "publishable_in_secret"
    BAD_CHARACTERS = "bad_characters"
    TOO_SHORT = "too_short"
    OTHER_MODE = "other_mode"


@dataclass(frozen=True, slots=True)
class StripeKeys:
    """The keys in force. Secrets never appear in its repr. Empty tuple: not configured."""

    publishable: str = ""
    secret: str = ""
    webhook_secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"StripeKeys({mask(self.publishable)!r}, {mask(self.secret)!r})"

    @property
    def livemode(self) -> bool | None:
        """True Livebetrieb, False Testmodus, None when no key tells."""
        for key in (self.secret, self.publishable):
            mode = livemode_of(key)
            if mode is not None:
                return mode
        return None

    @property
    def can_receive(self) -> bool:
        """A signing secret is there, so deliveries can be checked."""
        return bool(self.webhook_secrets)


def trimmed(text: str) -> str:
    """What was pasted, without surrounding blanks, line breaks and zero-width characters."""
    return text.strip().strip("\u200b\ufeff\u2060").strip()


PUBLISHABLE_PREFIXES = ("pk_test_", "pk_live_")
SECRET_PREFIXES = ("sk_test_", "sk_live_", "rk_test_", "rk_live_")
WEBHOOK_PREFIXES = ("whsec_",)
_OF_MODE = re.compile(r"(?:pk|sk|rk)_(test|live)_")


def livemode_of(key: str) -> bool | None:
    """The mode a pk_/sk_/rk_ key belongs to; None for anything else."""
    found = _OF_MODE.match(key)
    return None if found is None else found.group(1) == "live"


def problem_of_publishable(key: str) -> KeyProblem | None:
    """None when `key` has the form of a publishable key."""
    if key.startswith(("sk_", "rk_", "whsec_")):
        return KeyProblem.SECRET_IN_PUBLISHABLE
    return _problem(key, PUBLISHABLE_PREFIXES)


def problem_of_secret(key: str, publishable: str = "") -> KeyProblem | None:
    """None when `key` has the form of a secret or restricted key of `publishable`'s mode."""
    if key.startswith("pk_"):
        return KeyProblem.PUBLISHABLE_IN_SECRET
    found = _problem(key, SECRET_PREFIXES)
    if found is None and livemode_of(publishable) not in (None, livemode_of(key)):
        return KeyProblem.OTHER_MODE
    return found


def problem_of_webhook_secret(key: str) -> KeyProblem | None:
    """None when `key` has the form of a signing secret."""
    return _problem(key, WEBHOOK_PREFIXES)


def _problem(key: str, prefixes: tuple[str, ...]) -> KeyProblem | None:
    if not key:
        return KeyProblem.EMPTY
    prefix = next((p for p in prefixes if key.startswith(p)), None)
    if prefix is None:
        return KeyProblem.WRONG_PREFIX
    rest = key[len(prefix) :]
    if not re.fullmatch(r"[A-Za-z0-9_+/=]*", rest):
        return KeyProblem.BAD_CHARACTERS
    if len(rest) < 4:  # the keys of tests and of the Stripe CLI are short
        return KeyProblem.TOO_SHORT
    return None


def mask(key: str) -> str:
    """A key as it may be shown: its prefix and its last four characters (sk_test_…4242)."""
    if not key:
        return ""
    found = re.match(r"(?:(?:pk|sk|rk)_(?:test|live)_|whsec_)", key)
    prefix = found.group(0) if found else ""
    tail = key[-4:] if len(key) - len(prefix) >= 12 else ""
    return f"{prefix}…{tail}"
