"""The tool that counts how many mistakes the tests notice (`python3 run.py strength`)."""

import json
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.places import CHECKOUT
from tests.strength.__main__ import draw, key_of
from tests.strength.equal import EQUAL
from tests.strength.judge import Bench, Verdict
from tests.strength.money_rules import money_files
from tests.strength.mutators import Mutant, mutants_of
from tests.strength.near import NearTests, Source, Traced


def changes(source: str) -> set[tuple[str, str]]:
    """Kind and changed line of every mutant; each of them is Python."""
    raw = textwrap.dedent(source).encode()
    found = mutants_of("rules.py", raw)
    for mutant in found:
        compile(mutant.applied(raw), mutant.file, "exec")
    return {(mutant.kind, mutant.mutated) for mutant in found}


def test_comparisons_conditions_and_returns() -> None:
    assert changes(
        """
        def pays(owed: int, paid: int) -> bool:
            if paid < owed and owed:
                return False
            return paid == owed
        """
    ) == {
        ("comparison", "if (paid <= owed) and owed:"),
        ("comparison", "if (paid >= owed) and owed:"),
        ("and/or", "if (paid < owed or owed):"),
        ("part dropped", "if owed:"),
        ("part dropped", "if (paid < owed):"),
        ("condition negated", "if not (paid < owed and owed):"),
        ("condition dropped", "if True:"),
        ("condition dropped", "if False:"),
        ("constant", "return True"),
        ("comparison", "return (paid != owed)"),
        ("return turned", "return not (paid == owed)"),
    }


def test_signs_constants_calls_and_loops() -> None:
    assert changes(
        """
        def left(t, sums: list[int]) -> int | None:
            t.write(sums)
            total = -min(sums)
            for one in sums:
                if not one:
                    continue
                total += one * 2
            return total
        """
    ) == {
        ("call removed", "pass"),
        ("sign", "total = min(sums)"),
        ("other function", "total = -max(sums)"),
        ("condition negated", "if not (not one):"),
        ("condition dropped", "if True:"),
        ("condition dropped", "if False:"),
        ("negation dropped", "if one:"),
        ("loop", "break"),
        ("sign", "total -= one * 2"),
        ("sign", "total += (one // 2)"),
        ("constant", "total += one * 3"),
        ("constant", "total += one * 1"),
        ("return dropped", "return None"),
    }


def test_what_is_no_rule_stays() -> None:
    assert (
        changes(
            '''
            """A text."""
            __slots__ = ("a", "b")
            Wide = Literal["x"]
            class Asks(Protocol):
                def ask(self, often: int = 3) -> bool: ...
            def tell(log, who: "tuple[int, int]") -> None:
                """Another."""
                assert who is not None
                log.info("told %s", 1 + 2)
                text = f"{who[0] + 1}" + "x"
                raise ValueError(text, 1)
            '''
        )
        == set()
    )


def test_where_a_mutant_stands() -> None:
    source = b"LIMIT = 5\n\n\nclass Rule:\n    def holds(self) -> int:\n        return 7\n"
    top, _, inner, *_ = mutants_of("rules.py", source)
    assert (top.at_import, top.function, top.line, top.original) == (True, "", 1, "LIMIT = 5")
    assert (inner.at_import, inner.function, inner.line) == (False, "Rule.holds", 6)


def test_the_draw_hangs_on_the_seed_alone() -> None:
    drawn = draw(1)
    assert drawn == draw(1)
    assert drawn[:50] != draw(2)[:50]
    assert len(drawn) > 3_000
    assert {mutant.file for mutant in drawn} <= set(money_files())


def test_every_equal_mutant_still_stands_and_says_why() -> None:
    """One whose line was changed is looked at anew: take it out."""
    assert len({one[:3] for one in EQUAL}) == len(EQUAL)
    files = {one.file for one in EQUAL}
    there = {key_of(m) for name in files for m in mutants_of(name, (CHECKOUT / name).read_bytes())}
    assert [one for one in EQUAL if one[:3] not in there or len(one.reason) < 15] == []
    assert not {one[:3] for one in EQUAL} & {key_of(mutant) for mutant in draw(1)}


# Which tests are near

RULES = "workmate_desktop/domain/invoices/owed.py"
OLD = "def a():\n    return 1\n\n\ndef b():\n    return 2\n"


def traced(name: str, lines: list[int], seconds: float = 0.1, *, passed: bool = True) -> str:
    entry = {"test": name, "passed": passed, "seconds": seconds, "lines": {RULES: lines}}
    return json.dumps(entry)


def near_tests(folder: Path, *lines: str) -> NearTests:
    near = NearTests(folder)
    (folder / "sources" / "old").write_text(OLD)
    near.keep({"tests/domain/test_a.py": "1", "tests/domain/test_b.py": "1"}, {RULES: "old"}, lines)
    near.load()
    return near


def near_of(near: NearTests, source: str, number: int) -> list[str]:
    mutant = mutants_of(RULES, source.encode())[number]
    return [test.name.partition("::")[2] for test in near.of(mutant, Source(source))]


def test_near_are_those_that_run_the_line_and_little_else(tmp_path: Path) -> None:
    near = near_tests(
        tmp_path,
        traced("tests/domain/test_a.py::wide", [1, 2, 5, 6]),
        traced("tests/domain/test_a.py::slow", [2, 6], seconds=3),
        traced("tests/domain/test_a.py::just_a", [1, 2]),
        traced("tests/domain/test_a.py::just_b", [6]),
        traced("tests/domain/test_a.py::failed", [2], passed=False),
        traced("tests/domain/test_b.py::broad", [1, 2, 3, 4, 5]),
    )
    assert near_of(near, OLD, 0) == ["just_a", "broad", "wide", "slow"]  # one of each file first
    assert near_of(near, OLD, -1) == ["just_b", "wide", "slow"]


def test_lines_are_found_again_after_a_change(tmp_path: Path) -> None:
    near = near_tests(tmp_path, traced("tests/domain/test_a.py::b", [6]))
    moved = "import this\n\n" + OLD.replace("return 2", "c = 4\n    return 2")
    assert near_of(near, moved, 0) == []  # of a, which no test runs
    assert near_of(near, moved, -1) == ["b"]
    assert near_of(near, moved, 3) == ["b"]  # the new line: as near as the rest of its function


# What becomes of a mutant

PROGRAM = """\
def price(pieces: int) -> int:
    while pieces < 0:
        pieces += 1
    return pieces * 3 + 0
"""
TESTS = """\
import rules
def test_none(): assert rules.price(0) == 0
def test_two(): assert rules.price(2) == 6
def test_never(): assert rules.price(2) == 7
"""


def copy_small_program(folder: Path) -> None:
    (folder / "rules.py").write_text(PROGRAM)
    (folder / "tests").mkdir()
    (folder / "tests" / "test_rules.py").write_text(TESTS)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path, copy_small_program, allowed_seconds=5)
    yield bench
    bench.close()


def test_what_becomes_of_it(bench: Bench) -> None:
    """A test that fails without the mutant proves nothing."""
    mutants = {one.mutated: one for one in mutants_of("rules.py", PROGRAM.encode())}
    twice = mutants["return pieces * 2 + 0"]
    endless = mutants["while not (pieces < 0):"]
    broken = replace(twice, start=0, end=0, new="import nothing_there\n")

    def judged(mutant: Mutant, *tests: str) -> tuple[Verdict, str]:
        asked = [Traced(f"tests/test_rules.py::test_{name}", 0.0, 1) for name in tests]
        found = bench.judge(mutant, PROGRAM.encode(), asked)
        return found.verdict, found.by.rpartition("::test_")[2]

    assert judged(twice, "none", "two") == (Verdict.CAUGHT, "two")
    assert judged(twice, "none") == (Verdict.SURVIVED, "")
    assert judged(twice) == (Verdict.NEVER_RUN, "")
    assert judged(twice, "never", "none") == (Verdict.SURVIVED, "")
    assert judged(twice, "never", "two") == (Verdict.CAUGHT, "two")
    assert judged(endless, "none") == (Verdict.ENDLESS, "")
    assert judged(broken, "two")[0] is Verdict.STILLBORN
