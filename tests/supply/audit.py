"""`python3 run.py audit`: does a locked package have a known hole?

pip-audit asks for every package of the lock files, those for other systems too. An audit that
looked at nothing, or at fewer packages than are locked, is a failure: silence is no good news.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.supply.locked import DEVELOPERS, Package, locked_packages

MINUTES = 10
_FIRST = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the audit found. `holes` and `skipped` are lines to print."""

    audited: int
    locked: int
    holes: tuple[str, ...]
    skipped: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Every locked package was looked at, and none has a known hole."""
        return 0 < self.audited == self.locked and not self.holes


def judge(packages: Iterable[Package], answer: str) -> Verdict:
    """Compare pip-audit's JSON, which may be empty, with what is locked."""
    wanted = {package.name: package.version for package in packages}
    try:
        told = {entry["name"]: entry for entry in json.loads(answer)["dependencies"]}
    except (ValueError, KeyError, TypeError):
        told = {}
    audited, holes, skipped = 0, [], []
    for name, version in wanted.items():
        entry = told.get(name, {})
        if entry.get("version") != version or "vulns" not in entry:
            skipped.append(f"{name} {version}: {entry.get('skip_reason', 'not looked at')}")
            continue
        audited += 1
        for hole in entry["vulns"]:
            mended = ", ".join(hole.get("fix_versions", [])) or "no version yet"
            holes.append(f"{name} {version}: {hole['id']}, mended in {mended}")
    return Verdict(audited, len(wanted), tuple(holes), tuple(skipped))


def ask(packages: Iterable[Package]) -> tuple[str, str]:
    """pip-audit's JSON and its words. Names and versions alone: markers would leave some out."""
    with tempfile.TemporaryDirectory() as folder:
        pins = Path(folder) / "pins.txt"
        pins.write_text("".join(f"{p.name}=={p.version}\n" for p in packages), encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(pins), "--no-deps"]
        command += ["--disable-pip", "--format", "json", "--progress-spinner", "off"]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=MINUTES * 60
        )
    return done.stdout, done.stderr


def main() -> int:
    """Ask, print, and the exit code: 0 all looked at and fine, 1 a hole, 2 not all looked at."""
    packages = locked_packages(DEVELOPERS)
    try:
        answer, words = ask(packages)
    except subprocess.TimeoutExpired:
        answer, words = "", f"no answer within {MINUTES} minutes"
    verdict = judge(packages, answer)
    for line in verdict.holes:
        print(line)
    for line in verdict.skipped[:_FIRST] if verdict.audited == 0 else verdict.skipped:
        print(f"not audited: {line}")
    print(f"{verdict.audited} of {verdict.locked} packages audited, {len(verdict.holes)} holes.")
    if verdict.passed:
        return 0
    if verdict.audited == 0:
        # pip-audit itself says "No known vulnerabilities found" then.
        print(
            "NOTHING was audited: no advisory data could be had. Whether there are holes is open."
        )
        print("\n".join(line for line in words.splitlines() if line.startswith("ERROR")))
    elif verdict.skipped:
        print("NOT audited to the end: see the packages above.")
    return 1 if verdict.holes else 2


if __name__ == "__main__":
    sys.exit(main())
