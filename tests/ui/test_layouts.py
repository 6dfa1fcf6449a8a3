"""A layout is added first and filled then.

PySide keeps a Python object for each item of a layout that is handed over filled. Qt deletes the
item without telling it, and what Qt makes next at that address comes to Python as "QWidgetItem": a
dialog failed with "'QWidgetItem' object has no attribute 'currentChanged'".
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.places import CHECKOUT

UI = CHECKOUT / "workmate_desktop" / "ui"
FILLS = {"addWidget", "addLayout", "addItem", "addStretch", "addSpacing", "insertWidget"}
HANDS_OVER = {"addLayout", "insertLayout", "setLayout"}


def _end(call: ast.Call) -> tuple[int, int]:
    return call.end_lineno or 0, call.end_col_offset or 0


def handed_over_filled(source: str) -> Iterator[str]:
    """`outer.addLayout(inner)` after `inner` got its first item, or with what a call returns."""
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        filled: set[str] = set()
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        for call in sorted(
            calls, key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0)
        ):
            if not isinstance(call.func, ast.Attribute):
                continue
            layouts = call.args if call.func.attr in HANDS_OVER else []
            for layout in layouts:
                if isinstance(layout, ast.Call) or ast.unparse(layout) in filled:
                    yield f"{call.lineno}: {ast.unparse(call)}"
            if call.func.attr in FILLS:
                filled.add(ast.unparse(call.func.value))


@pytest.mark.parametrize("path", sorted(UI.rglob("*.py")), ids=lambda path: path.stem)
def test_no_layout_is_handed_over_filled(path: Path) -> None:
    assert list(handed_over_filled(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ("row.addWidget(a)\nouter.addLayout(row)", 1),
        ("row.addStretch(1)\nself.setLayout(row)", 1),
        ("outer.addLayout(self._row())", 1),
        ("outer.addLayout(row)\nrow.addWidget(a)", 0),
        ("outer.addWidget(a)\nouter.addLayout(row, 1)\nrow.addWidget(b)", 0),
    ],
)
def test_the_rule_can_fail(lines: str, wrong: int) -> None:
    body = "".join(f"    {line}\n" for line in lines.splitlines())
    assert len(list(handed_over_filled(f"def arrange(self):\n{body}"))) == wrong
