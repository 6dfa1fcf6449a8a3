"""Single values of Stripe's JSON, read strictly: what is not as documented is None.

None of these raises: who needs a value decides what its absence means.
"""

import re
from datetime import UTC, datetime
from typing import Any

from workmate_desktop.domain.payments.money import MAX_MINOR

INTENT_ID = re.compile(r"pi_[A-Za-z0-9_]{1,252}", re.ASCII)
CHARGE_ID = re.compile(r"(?:ch|py)_[A-Za-z0-9_]{1,252}", re.ASCII)
CODE = re.compile(r"[a-z0-9_]{1,100}", re.ASCII)
CURRENCY = re.compile(r"[a-z]{3}", re.ASCII)
# SQLite cannot keep a lone surrogate, and a NUL ends the text for many of its functions.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

LONGEST_METADATA = 500
"""Characters, Stripe's own limit. https://docs.stripe.com/api/metadata"""

_STRIPE_OPENED = int(datetime(2010, 1, 1, tzinfo=UTC).timestamp())
_FAR_FUTURE = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())


def read_amount(value: object) -> int | None:
    """Minor units. A bool is an int in Python, so the type is compared exactly."""
    if type(value) is int and 0 < value <= MAX_MINOR:
        return value
    return None


def read_moment(value: object) -> datetime | None:
    """Seconds since 1970 as a time in UTC; None for one that cannot be true."""
    if type(value) is int and _STRIPE_OPENED <= value < _FAR_FUTURE:
        return datetime.fromtimestamp(value, UTC)
    return None


def read_metadata(value: object) -> str | None:
    """A value of metadata, trimmed; None when it is empty."""
    if type(value) is int:
        value = str(value)
    text = read_text(value, longest=LONGEST_METADATA)
    return text.strip() or None if text else None


def read_text(value: object, *, longest: int) -> str | None:
    """`value` as a text that every part of the program can keep; None if it is none."""
    if not isinstance(value, str) or not value:
        return None
    return _UNSTORABLE.sub("\ufffd", value[:longest])


def matched(pattern: re.Pattern[str], value: object) -> str | None:
    """`value` if it is a text of this form; else None."""
    return value if isinstance(value, str) and pattern.fullmatch(value) else None


def as_dict(value: object) -> dict[str, Any]:
    """`value` if it is an object; else an empty one."""
    return value if isinstance(value, dict) else {}
