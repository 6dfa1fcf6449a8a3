"""The packages that the lock files name, and the licence of each."""

import importlib.metadata
import re
from dataclasses import dataclass
from typing import Any

from tests.places import CHECKOUT

RUNTIME = "requirements.lock"
DEVELOPERS = "requirements-dev.lock"

_ELSEWHERE = {
    "backports-tarfile": "MIT License",
    "colorama": "BSD-3-Clause",
    "importlib-metadata": "Apache-2.0",
    "jeepney": "MIT",
    "lazy-importer": "Apache-2.0",
    "pywin32-ctypes": "BSD-3-Clause",
    "secretstorage": "BSD-3-Clause",
    "tomli": "MIT",
    "zipp": "MIT",
}
"""Looked up by hand: packages that are installed on some systems or Pythons only."""


@dataclass(frozen=True, slots=True)
class Package:
    """One locked package. `hashes` are SHA-256 in hexadecimal, one for each file of it."""

    name: str
    version: str
    hashes: tuple[str, ...]
    marker: str = ""


def locked_packages(lock: str = RUNTIME) -> list[Package]:
    """Every package of a lock file, those for other systems too, by name.

    Raises ValueError when a line is not understood: nothing may be left out silently.
    """
    packages = []
    for entry in re.split(r"\n(?=\S)", (CHECKOUT / lock).read_text(encoding="utf-8").strip()):
        first, *hashes = entry.split(" \\\n")
        found = re.fullmatch(r"([a-z0-9-]+)==(\S+)(?: ; (.+))?", first)
        digests = [re.fullmatch(r"\s*--hash=sha256:([0-9a-f]{64})", line) for line in hashes]
        if found is None or not digests or None in digests:
            raise ValueError(f"{lock}: not understood: {first}")
        name, version, marker = found.groups(default="")
        packages.append(Package(name, version, tuple(d[1] for d in digests if d), marker))
    return packages


def licence_of(name: str) -> str:
    """The licence as the installed package states it; empty when it states none."""
    try:
        metadata: Any = importlib.metadata.metadata(name)  # an email.message.Message
    except importlib.metadata.PackageNotFoundError:
        return _ELSEWHERE.get(name, "")
    expression = metadata.get("License-Expression")
    if expression:
        return str(expression)
    stated = (metadata.get("License") or "").strip()
    if stated and stated != "UNKNOWN" and "\n" not in stated and len(stated) < 80:
        return stated
    classifiers = metadata.get_all("Classifier") or []
    named = [c.split(" :: ")[-1] for c in classifiers if c.startswith("License :: OSI Approved ::")]
    return " AND ".join(named)


def licence_trouble(licence: str) -> str:
    """Why this licence will not do; empty when it will.

    LGPL (PySide6) may be used by a program under any licence, GPL and AGPL may not. Of several
    licences to choose from, one that will do is enough.
    """
    if not licence.strip():
        return "unknown"
    choices = re.split(r"\s+OR\s+", licence, flags=re.IGNORECASE)
    return "" if any(not _is_gpl(choice) for choice in choices) else "GPL"


def _is_gpl(words: str) -> bool:
    each = re.split(r"\s+AND\s+", words, flags=re.IGNORECASE)
    strong = [w for w in each if "LGPL" not in w and "Lesser" not in w]
    return any("GPL" in w or "General Public License" in w for w in strong)
