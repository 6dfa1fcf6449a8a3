"""Form parameters as Stripe reads them: nested names, and a refusal of every unknown one.

stripe_params.json holds the names of Stripe's OpenAPI description, and two additions: what the
Stripe CLI sends for its session, and `payment_method_types` of payment intents, which it sends
without a Stripe-Version header, that is for an account's older version.
"""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tests.standins.stripe_refusals import invalid, unknown_parameters

_KNOWN: dict[str, str] = json.loads(
    Path(__file__).with_name("stripe_params.json").read_text(encoding="utf-8")
)


def read(text: str) -> list[tuple[list[str], str]]:
    """`metadata[a]=1&types[]=x` → [(["metadata", "a"], "1"), (["types", ""], "x")]."""
    pairs = []
    for name, value in parse_qsl(text, keep_blank_values=True):
        head = name.split("[", 1)[0]
        pairs.append(([head, *re.findall(r"\[([^\]]*)\]", name)], value))
    return pairs


def refuse_unknown(endpoint: str, pairs: list[tuple[list[str], str]]) -> None:
    """Raise Stripe's refusal when a name is not one of the documented ones of `endpoint`."""
    known = set(_KNOWN[endpoint].split())
    unknown = [shown(path) for path, _ in pairs if not _is_known(path, known)]
    if unknown:
        raise unknown_parameters(unknown)


def _is_known(path: list[str], known: set[str]) -> bool:
    parts = path[:1]
    for part in path[1:]:
        name = ".".join(parts)
        if part == "" or part.isdigit():
            # A list of objects is known by its members, a plain list by its own name.
            parts[-1] += "[]"
        elif name + ".*" in known:
            return True
        else:
            parts.append(part)
    name = ".".join(parts)
    return name in known or name.removesuffix("[]") in known


def shown(path: list[str]) -> str:
    return path[0] + "".join(f"[{part}]" for part in path[1:])


def nested(pairs: list[tuple[list[str], str]]) -> dict[str, Any]:
    """The same as one nested dictionary; `[]` and `[0]` make lists."""
    tree: dict[str, Any] = {}
    for path, value in pairs:
        place = tree
        for part in path[:-1]:
            place = place.setdefault(part, {})
        last = path[-1]
        place[last if last else str(len(place))] = value
    return {name: _with_lists(value) for name, value in tree.items()}


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(one) for name, one in value.items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def whole(params: dict[str, Any], name: str) -> int:
    """An integer parameter, or Stripe's refusal."""
    text = str(params[name])
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise invalid(f"Invalid integer: {text}", param=name, code="parameter_invalid_integer")
    return int(text)


def flag(params: dict[str, Any], name: str, default: bool = False) -> bool:
    """A boolean parameter, or Stripe's refusal."""
    text = str(params.get(name, default)).lower()
    if text not in ("true", "false"):
        raise invalid(f"Invalid boolean: {text}", param=name)
    return text == "true"
