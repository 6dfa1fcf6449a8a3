"""One request to the stand-in, and the table that says who answers it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Asked:
    """One request that came in: what a test may look at afterwards."""

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True)
class Call:
    """An authorised request. `id` is the object's id in the path, empty when there is none."""

    params: dict[str, Any]
    livemode: bool
    id: str = ""
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Route:
    """`path` may hold one `{id}`; `right` is what a restricted key needs for it."""

    method: str
    path: str
    right: str
    answer: Callable[[Call], dict[str, Any]]

    @property
    def endpoint(self) -> str:
        """Its name in stripe_params.json."""
        return f"{self.method} {self.path}"

    def id_in(self, method: str, path: str) -> str | None:
        """The id in `path` if this route answers it ("" without one), else None."""
        pattern = re.escape(self.path).replace(r"\{id\}", "(?P<id>[^/]+)")
        found = re.fullmatch(pattern, path) if method == self.method else None
        return None if found is None else found.groupdict().get("id", "")
