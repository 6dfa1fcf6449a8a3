"""The catalogues of other languages: `python3 run.py words`.

    python3 run.py words            bring every catalogue up to date, name what it lacks
    python3 run.py words --new en   begin one

German is the source and stands in the code, so there is no template in git: it is read from the
code at each run. A catalogue is `resources/locale/<code>/LC_MESSAGES/workmate.po`, for people, and
the `.mo` made from it, for the program; both are committed. 1: something is missing or stale.
"""

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.places import CHECKOUT
from workmate_desktop.words.language import DOMAIN

LOCALE = CHECKOUT / "resources" / "locale"
TABLE = CHECKOUT / "resources" / "decline_codes.json"
PLACES = {"_": 1, "n_": 2, "p_": 2}
"""How many of a call's arguments are words."""


def main(arguments: list[str]) -> int:
    """The command. Returns its exit code."""
    parser = argparse.ArgumentParser(prog="run.py words", description=__doc__)
    parser.add_argument("--new", metavar="CODE", help="begin the catalogue of a language")
    options = parser.parse_args(arguments)
    source, problems = read_program()
    print(f"{len(source)} sentences")
    for problem in problems:
        print(f"  {problem}")
    if options.new:
        begin(LOCALE, options.new)
    lacking = [line for folder in catalogues(LOCALE) for line in update(folder, source)]
    for line in lacking:
        print(f"  {line}")
    return 1 if problems or lacking else 0


def read_program() -> tuple[Catalog, list[str]]:
    """Every sentence of the program, and where one could not be read."""
    source, problems = Catalog(), []
    for path in sorted((CHECKOUT / "workmate_desktop").rglob("*.py")):
        if path.name == "language.py":  # there they are made
            continue
        place = path.relative_to(CHECKOUT).as_posix()
        for line, found in sentences(path.read_text(encoding="utf-8")):
            if isinstance(found, str):
                problems.append(f"{place}:{line}: {found}")
                continue
            source.add(found.id, locations=[(place, line)], context=found.context)
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    groups = (table["decline_codes"], table["error_codes"], {"": table["none"]})
    for entry in (*(one for group in groups for one in group.values()), table["unknown"]):
        source.add(entry["de"], locations=[(TABLE.relative_to(CHECKOUT).as_posix(), 1)])
    return source, problems


def sentences(code: str) -> Iterator[tuple[int, Message | str]]:
    """Line and sentence of each call of `_`, `n_`, `p_`; in its place, what is wrong with it."""
    tree = ast.parse(code)
    uses = any(
        isinstance(node, ast.ImportFrom)
        and node.module == "workmate_desktop.words.language"
        and {alias.name for alias in node.names} & {*PLACES, "Language"}
        for node in ast.walk(tree)
    )
    for node in ast.walk(tree):
        if uses and isinstance(node, ast.Name) and node.id in PLACES:
            if isinstance(node.ctx, ast.Store):
                yield node.lineno, f"{node.id} is a variable here"
        elif isinstance(node, ast.Call) and _name(node.func) in PLACES:
            yield node.lineno, _sentence(node, _name(node.func))
    for line in _before_the_language(tree):
        yield line, "is read when the file is imported, before the language is known"


def _name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def _sentence(call: ast.Call, name: str) -> Message | str:
    words: list[str] = []
    for argument in call.args[: PLACES[name]]:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            words.append(argument.value)
    if len(words) < PLACES[name] or call.keywords:
        return f"not the words themselves: {ast.unparse(call)}"
    if name == "n_":
        return Message((words[0], words[1]))
    return Message(words[-1], context=words[0] if name == "p_" else None)


def _before_the_language(node: ast.AST) -> Iterator[int]:
    """Lines of calls outside of any function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.Call) and _name(child.func) in PLACES:
            yield child.lineno
        yield from _before_the_language(child)


def catalogues(locale: Path) -> list[Path]:
    """The folder of each language."""
    return sorted(path.parent for path in locale.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def begin(locale: Path, code: str) -> Path:
    """An empty catalogue; one that is there stays. Returns its folder."""
    folder = locale / code / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{DOMAIN}.po"
    if not path.exists():
        with path.open("wb") as file:
            write_po(file, Catalog(locale=code, project="WorkmateOS Desktop"))
    return folder


def update(folder: Path, source: Catalog) -> list[str]:
    """Bring `.po` and `.mo` of a language up to date; what is missing, stale or wrong in it."""
    code = folder.parent.name
    path = folder / f"{DOMAIN}.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code)
    day = catalogue.creation_date
    catalogue.update(source, no_fuzzy_matching=True)
    catalogue.creation_date = day  # so that a run which finds nothing new changes nothing
    with path.open("wb") as file:
        write_po(file, catalogue, width=100)
    with (folder / f"{DOMAIN}.mo").open("wb") as file:
        write_mo(file, catalogue)
    found = [f"{code}: stale: {_first(one.id)}" for one in catalogue.obsolete.values()]
    for one in catalogue:
        said = one.string if isinstance(one.string, list | tuple) else (one.string,)
        if one.id and not all(said):
            found.append(f"{code}: missing: {_first(one.id)}")
        elif one.id and any(
            blanks(text or "") != blanks(_many(one.id)) for text in said[1:] or said
        ):
            found.append(f"{code}: other blanks: {_first(one.id)}")
    return found


def blanks(text: str) -> set[str]:
    """What `fill` puts values in."""
    return set(re.findall(r"%\d", text))


def _first(words: str | list[str] | tuple[str, ...]) -> str:
    return words if isinstance(words, str) else words[0]


def _many(words: str | list[str] | tuple[str, ...]) -> str:
    return words if isinstance(words, str) else words[-1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
