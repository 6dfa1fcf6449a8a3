"""No circle of imports, neither between files nor between rooms: one can be read before the other.

A room is a folder of a floor (`services/booking`, `ui/invoices/list`). Imports that only a type
check makes do not count: nothing runs because of them.
"""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

from tests.places import PACKAGE

NAME = "workmate_desktop"


@pytest.fixture
def graph() -> grimp.ImportGraph:
    """Who imports whom, by full names; each file and each folder is one."""
    return grimp.build_graph(NAME, exclude_type_checking_imports=True, cache_dir=None)


def circle(imports: Mapping[str, Iterable[str]]) -> list[str]:
    """Names that lead back to the first one, or []."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def rooms(graph: grimp.ImportGraph, parent: str) -> dict[str, set[str]]:
    """Child of `parent` (a folder with all in it, or a file) -> siblings that it imports."""
    children = sorted(graph.find_children(parent))
    return {
        child: {
            other
            for other in children
            if other != child
            and graph.direct_import_exists(importer=child, imported=other, as_packages=True)
        }
        for child in children
    }


def test_no_circle_of_files(graph: grimp.ImportGraph) -> None:
    assert circle({m: graph.find_modules_directly_imported_by(m) for m in graph.modules}) == []


def test_no_circle_of_rooms(graph: grimp.ImportGraph) -> None:
    folders = [name for name in sorted(graph.modules) if graph.find_children(name)]
    assert len(folders) > 40
    found = {folder: circle(rooms(graph, folder)) for folder in folders}
    assert {folder: names for folder, names in found.items() if names} == {}


HEAP = 18
GROUPED_BY_NAME = {"words", "ui/kit", "store/migrations/versions"}


def test_no_heap_of_files() -> None:
    folders = [folder for folder in PACKAGE.rglob("*/") if folder.name != "__pycache__"]
    sizes = {f.relative_to(PACKAGE).as_posix(): len(list(f.glob("*.py"))) - 1 for f in folders}
    heaps = {name for name, files in sizes.items() if files > HEAP}
    assert heaps <= GROUPED_BY_NAME, "find two rooms in it"


def test_a_circle_is_noticed(graph: grimp.ImportGraph) -> None:
    low, high = f"{NAME}.domain.payments.money", f"{NAME}.services.booking.book"
    graph.add_import(importer=f"{NAME}.store.common.values", imported=f"{NAME}.store.writer")
    assert circle(rooms(graph, f"{NAME}.store"))
    graph.add_import(importer=low, imported=high)
    assert circle({m: graph.find_modules_directly_imported_by(m) for m in graph.modules})
