"""`python3 run.py strength`: how many random mistakes in the rules of money the tests notice.

python3 run.py strength                 200 mutants, an hour or so on one core
python3 run.py strength --seed 7 --count 50
python3 run.py strength --near-only     survivors are not shown to further tests
python3 run.py strength --again         only those that survived the last time

Each mutant is one small change (a comparison turned, a condition dropped, a constant off by one, a
call left out) of one file of `money_rules.py`, in a copy of the program. The type checker sees it
first; what it refuses is no mutant. Then come the tests that run the changed line, the most
particular first, until one fails; those of a minute at first, and all others of them for what
survived that. Exit code 1 when less than 95 % were caught.

The draw hangs on the seed and on the changed lines: other lines may change without another draw.
"""

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.places import CHECKOUT
from tests.strength.equal import EQUAL
from tests.strength.judge import Bench, Judged, Types, Verdict
from tests.strength.money_rules import money_files
from tests.strength.mutators import Mutant, mutants_of
from tests.strength.near import CACHE, NearTests, Source, Traced

NEAR_SECONDS = 60.0
WANTED = 0.95
_SURVIVED = (Verdict.SURVIVED, Verdict.NEVER_RUN)
_SURVIVORS = CACHE / "survivors.json"


class Court:
    """Judges mutants, several at a time."""

    def __init__(self, near: NearTests, folder: Path, workers: int, *, near_only: bool) -> None:
        self._near = near
        self._near_only = near_only
        self._workers = workers
        self._sources = {name: (CHECKOUT / name).read_bytes() for name in money_files()}
        self._looked_at = {name: Source(text.decode()) for name, text in self._sources.items()}
        self._benches: SimpleQueue[Bench] = SimpleQueue()
        for number in range(workers):
            self._benches.put(Bench(folder / f"bench{number}"))
        self._types_folder = folder / "types"

    def judge_all(self, mutants: Sequence[Mutant], count: int) -> list[Judged]:
        """Until `count` of them were no stillborn ones, in the order of `mutants`."""
        judged: list[Judged] = []
        waiting = list(reversed(mutants))
        with (
            Types(self._types_folder) as types,
            ThreadPoolExecutor(self._workers) as workers,
        ):
            while waiting and (missing := count - _counted(judged)) > 0:
                part = [waiting.pop() for _ in range(min(missing, len(waiting)))]
                for one in workers.map(lambda mutant: self._judge(types, mutant), part):
                    judged.append(one)
                    _show(one)
                    _keep(judged)
        return judged

    def close(self) -> None:
        """End what was started."""
        while not self._benches.empty():
            self._benches.get().close()

    def _judge(self, types: Types, mutant: Mutant) -> Judged:
        source = self._sources[mutant.file]
        if types.refuse(mutant, source):
            return Judged(mutant, Verdict.STILLBORN, "types")
        tests = self._near.of(mutant, self._looked_at[mutant.file])
        first = _of_a_minute(tests)
        bench = self._benches.get()
        try:
            judged = bench.judge(mutant, source, first)
            others = tests[len(first) :]
            if judged.verdict is Verdict.SURVIVED and others and not self._near_only:
                judged = bench.judge(mutant, source, others)
        finally:
            self._benches.put(bench)
        return judged


def _of_a_minute(tests: Sequence[Traced]) -> Sequence[Traced]:
    took = 0.0
    for number, test in enumerate(tests):
        took += test.seconds
        if took > NEAR_SECONDS and number:
            return tests[:number]
    return tests


def _counted(judged: Sequence[Judged]) -> int:
    return sum(one.verdict is not Verdict.STILLBORN for one in judged)


def _survivors(judged: Sequence[Judged]) -> list[Mutant]:
    return [one.mutant for one in judged if one.verdict in _SURVIVED]


def _keep(judged: Sequence[Judged]) -> None:
    """For `--again`; after each, since a run takes long and may be stopped."""
    keys = [key_of(mutant) for mutant in _survivors(judged)]
    _SURVIVORS.write_text(json.dumps(keys), encoding="utf-8")


def _show(judged: Judged) -> None:
    mutant, by = judged.mutant, f" ({judged.by})" if judged.by else ""
    place = f"{mutant.file.removeprefix('workmate_desktop/')}:{mutant.line}"
    print(f"{place} {mutant.kind}: {judged.verdict.value}{by}", flush=True)
    if not judged.verdict.caught and judged.verdict is not Verdict.STILLBORN:
        print(f"  {mutant.original}\n  {mutant.mutated}", flush=True)


def draw(seed: int) -> list[Mutant]:
    """All mutants but the equal ones, in the order in which this seed takes them."""
    equal = {(one.file, one.original, one.mutated) for one in EQUAL}
    seen: Counter[str] = Counter()
    drawn: list[tuple[str, Mutant]] = []
    for name in money_files():
        for mutant in mutants_of(name, (CHECKOUT / name).read_bytes()):
            if key_of(mutant) in equal:
                continue
            text = "|".join((str(seed), mutant.function, mutant.kind, *key_of(mutant)))
            seen[text] += 1  # the same line may stand twice in a function
            digest = hashlib.sha256(f"{text}|{seen[text]}".encode()).hexdigest()
            drawn.append((digest, mutant))
    return [mutant for _, mutant in sorted(drawn, key=lambda pair: pair[0])]


def key_of(mutant: Mutant) -> tuple[str, str, str]:
    """What it is known by in `equal.py`."""
    return mutant.file, mutant.original, mutant.mutated


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge, print, and tell by the exit code."""
    options = _options(arguments)
    near, began = NearTests(), time.monotonic()
    print(f"{near.refresh()} files of tests traced anew", flush=True)
    mutants, count = draw(options.seed), options.count
    if options.again:
        last = {tuple(key) for key in json.loads(_SURVIVORS.read_text("utf-8"))}
        mutants = [mutant for mutant in mutants if key_of(mutant) in last]
        count = len(mutants)
    with tempfile.TemporaryDirectory(prefix="workmate-strength-") as name:
        court = Court(near, Path(name), options.workers, near_only=options.near_only)
        try:
            judged = court.judge_all(mutants, count)
        finally:
            court.close()
    counted = _counted(judged)
    caught = counted - len(_survivors(judged))
    took = f"{(time.monotonic() - began) / 60:.0f} minutes"
    unborn = f"{len(judged) - counted} of {len(judged)} stillborn"
    print(f"\nseed {options.seed}: {unborn}, {len(EQUAL)} known to be equal, {took}")
    print(f"{caught} of {counted} mutants caught, {caught / max(counted, 1):.1%}")
    return int(caught < WANTED * counted)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py strength", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--seed", type=int, default=1, help="which mutants are drawn")
    parser.add_argument("--count", type=int, default=200, help="how many are judged")
    parser.add_argument("--workers", type=int, default=1, help="at a time")
    parser.add_argument("--near-only", action="store_true", help="tests of a minute at most")
    parser.add_argument("--again", action="store_true", help="the survivors of the last run")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
