"""Compact JSON for the path of a payment, which writes four such texts for an event."""

import json
from collections.abc import Callable
from json import encoder


def compact_encoder(
    *, ascii_only: bool, default: Callable[[object], object] | None = None
) -> Callable[[object], str]:
    """What `json.JSONEncoder(...).encode` is, in half the time: that one makes its C encoder anew
    for each text. Nothing may contain itself. `default` as there.
    """
    made = json.JSONEncoder(ensure_ascii=ascii_only, separators=(",", ":"), default=default)
    in_c = getattr(encoder, "c_make_encoder", None)
    if in_c is None:  # another Python than CPython
        return made.encode
    write = encoder.encode_basestring_ascii if ascii_only else encoder.encode_basestring
    parts = in_c(None, made.default, write, None, ":", ",", False, False, True)
    join = "".join
    return lambda value: join(parts(value, 0))
