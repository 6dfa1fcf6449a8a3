"""What the documents and comments name is there: files, pages, pictures, rows, screen words."""

import ast
import re
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pytest

from tests.faults.rows import LATER, NOW
from tests.places import CHECKOUT, PACKAGE, TESTS
from tests.screenshots import HANDBOOK as HANDBOOK_PICTURES

MAPS = [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", CHECKOUT / "SECURITY.md"]
DOCS = sorted((CHECKOUT / "docs").rglob("*.md"))
HANDBOOK = CHECKOUT / "resources" / "handbuch"
CHAPTERS = sorted(HANDBOOK.glob("*.md"))
PAGES = [*MAPS, CHECKOUT / "CHANGELOG.md", *DOCS, *CHAPTERS]

ROOTS = (CHECKOUT, PACKAGE)
TOP_FOLDERS = {path.name for root in ROOTS for path in root.iterdir() if path.is_dir()}
_FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)+/?|[\w.-]+/|[\w.-]+\.\w+")
_ENDINGS = (".py", ".md", ".toml", ".lock", ".qss", ".svg", ".png", "/")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_NOT_OURS = {"uv.lock", "workmate.lock", ".venv/", "backups/"}
"""Files that others make, or the program in its data folder."""


def names_of_files(line: str) -> list[str]:
    """What a line writes as code and means as a file or folder of the repository, in order."""
    found = [
        code
        for code in re.findall(r"`([^`]+)`", line)
        if _FILE.fullmatch(code) and code not in _NOT_OURS
    ]
    return [
        name
        for name in found
        if name.endswith(_ENDINGS) or name.split("/", maxsplit=1)[0] in TOP_FOLDERS
    ]


def there(name: str, before: str = "") -> bool:
    """Whether a file is there, from the top, from the package, or beside the one named before."""
    places = [*ROOTS, *(root / Path(before).parent for root in ROOTS)]
    return any((place / name).exists() for place in places)


def missing(text: str) -> list[str]:
    """Names of files that lead nowhere. In one line of a table the folder is said once."""
    wrong = []
    for line in text.splitlines():
        before = ""
        for name in names_of_files(line):
            if there(name, before):
                before = name if "/" in name else before
            else:
                wrong.append(name)
    return wrong


def without_code(text: str) -> str:
    """A page without its blocks of commands."""
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(CHECKOUT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in _LINK.findall(without_code(page.read_text("utf-8"))):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target.split("#", maxsplit=1)[0]).exists(), target


@pytest.mark.parametrize("page", [*MAPS, *DOCS], ids=lambda p: p.relative_to(CHECKOUT).as_posix())
def test_every_named_file_is_there(page: Path) -> None:
    assert missing(without_code(page.read_text("utf-8"))) == []


def test_a_name_that_leads_nowhere_is_noticed() -> None:
    assert missing("`store/writer.py` and `store/write.py`") == ["store/write.py"]
    assert missing("`services/pay_links/pay.py`, `pay_keeper.py`, `gone.py`") == ["gone.py"]
    assert missing("`docs/lab/` and `docs/labs/`") == ["docs/labs/"]


def test_the_readme_is_short() -> None:
    assert len((CHECKOUT / "README.md").read_text("utf-8").split()) <= 900


def test_a_decision_is_one_page() -> None:
    for page in (CHECKOUT / "docs" / "decisions").glob("*.md"):
        assert len(page.read_text("utf-8").splitlines()) <= 45, page.name


def test_the_glossary_has_at_most_forty_words() -> None:
    text = (CHECKOUT / "docs" / "architecture.md").read_text("utf-8")
    rows = text.split("\n## Glossary", 1)[1].split("\n## ", 1)[0].splitlines()
    words = [row for row in rows if row.startswith("|")][2:]
    assert 20 <= len(words) <= 40


SOURCES = sorted(chain(PACKAGE.rglob("*.py"), TESTS.rglob("*.py")))
_PAGE = re.compile(r"docs/[\w/.-]+\.(?:md|png)")
_OLD = re.compile(r"\b(?:PERFORMANCE|PRODUCT|FACTS|ARCHITECTURE)\b")
"""Pages that were dissolved. CONTRACT and FAULTS mean docs/contract.md and docs/faults.md."""


def test_comments_name_pages_that_are_there() -> None:
    for file in (*SOURCES, CHECKOUT / "pyproject.toml", CHECKOUT / "run.py"):
        if file != Path(__file__):
            text = file.read_text("utf-8")
            for page in _PAGE.findall(text):
                assert (CHECKOUT / page).exists(), f"{file} names {page}"
            assert not _OLD.search(text), f"{file} names a page that is no more"


def test_the_page_of_faults_has_the_rows_of_the_report() -> None:
    text = (CHECKOUT / "docs" / "faults.md").read_text("utf-8")
    rows = re.findall(r"^- ((?:M?[A-J]|SA)[0-9]+[a-z]?) ", text, flags=re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) == set(NOW) | set(LATER)


_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_WHERE_WORDS_STAND = ("words", "ui", "app/window")


def screen_words(sources: Iterable[str]) -> set[str]:
    """Every text in the sources as the screen shows it: without mnemonics and arrows."""
    nodes = chain.from_iterable(ast.walk(ast.parse(source)) for source in sources)
    texts = (n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return {text.replace("&", "").removesuffix(" ↗").strip() for text in texts}


def quoted(page: str) -> set[str]:
    """What a page of the handbook shows in bold; of a way (**Protokoll → Aufgaben**) each part."""
    bold = (" ".join(words.split()) for words in _BOLD.findall(page))
    return set(chain.from_iterable(words.split(" → ") for words in bold))


def test_every_word_that_the_handbook_quotes_is_on_the_screen() -> None:
    files = chain.from_iterable((PACKAGE / one).rglob("*.py") for one in _WHERE_WORDS_STAND)
    words = screen_words(file.read_text("utf-8") for file in files)
    assert len(CHAPTERS) > 8
    for page in CHAPTERS:
        assert quoted(page.read_text("utf-8")) - words == set(), page.name


def test_a_word_that_is_not_on_the_screen_is_noticed() -> None:
    words = screen_words(['button("&Neue Rechnung")', 'link("Dashboard öffnen ↗")'])
    page = "**Neue Rechnung → Nummern …**, **Dashboard\nöffnen**"
    assert quoted(page) - words == {"Nummern …"}


def test_the_handbook_has_the_pictures_that_are_made_for_it_and_shows_each() -> None:
    there = {path.stem for path in (HANDBOOK / "bilder").iterdir()}
    shown = set(chain.from_iterable(_LINK.findall(page.read_text("utf-8")) for page in CHAPTERS))
    assert there == set(HANDBOOK_PICTURES)
    assert {f"bilder/{name}.png" for name in HANDBOOK_PICTURES} <= shown
    assert all(path.stat().st_size < 120_000 for path in (HANDBOOK / "bilder").iterdir())


def test_every_chapter_is_in_the_list_of_contents() -> None:
    contents = set(_LINK.findall((HANDBOOK / "inhalt.md").read_text("utf-8")))
    assert contents == {page.name for page in CHAPTERS} - {"inhalt.md"}
