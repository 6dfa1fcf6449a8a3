"""SA2: whatever file is offered as a backup, it is refused with one sentence, or heals."""

import os
import shutil
from pathlib import Path

import pytest

from tests.factories import OfficeBooks, TestClock, issued, make_books
from tests.faults.hostile_backups import ALTERED, HEALED, HOSTILE
from tests.faults.test_changed_schema import background, is_right, pay, status, told
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.invoices.lists import InvoiceQuery
from workmate_desktop.services.upkeep.backups import Backups
from workmate_desktop.store.events import search as event_search
from workmate_desktop.words.backup import warning_words
from workmate_desktop.words.messages import error_sentence, program_fault

_TROUBLES = {
    NoticeKind.SCHEMA_MENDED,
    NoticeKind.SUMS_MENDED,
    NoticeKind.CHANGED_OUTSIDE,
    NoticeKind.ADDED_OUTSIDE,
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the books in `daten`, and a backup of them on a `stick`; to be copied."""
    tmp_path = tmp_path_factory.mktemp("made")
    folder = tmp_path / "daten"
    folder.mkdir()
    office = make_books(folder)
    for paid in (11900, 100, 0):
        invoice_id = issued(office)
        if paid:
            pay(office, invoice_id, paid)
    stick = tmp_path / "stick" / "buero.sqlite3"
    stick.parent.mkdir()
    Backups(folder, office.clock).save_copy(stick)
    issued(office)
    office.close()
    return tmp_path


def _copied(made: Path, tmp_path: Path) -> tuple[Path, Path]:
    for name in ("daten", "stick"):
        shutil.copytree(made / name, tmp_path / name)
    return tmp_path / "daten", tmp_path / "stick/buero.sqlite3"


def _bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _runs(folder: Path) -> OfficeBooks:
    """The program starts on the books, sees to what is due, and books a payment."""
    office = make_books(folder)
    background(office)
    invoice_id = issued(office)
    pay(office, invoice_id)
    assert status(office, invoice_id) == ("paid", 11900)
    page = office.books.notice_page()
    assert page is not None
    return office


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", HOSTILE)
def test_sa2_a_hostile_file_is_refused_or_heals(made: Path, tmp_path: Path, name: str) -> None:
    if name == "a pipe" and os.name != "posix":
        pytest.skip("no pipes")
    hostile = HOSTILE[name]
    folder, stick = _copied(made, tmp_path)
    hostile.how(stick)
    before = _bytes_of(folder)
    backups = Backups(folder, TestClock())
    if hostile.becomes != HEALED:
        with pytest.raises(UserError) as refused:
            backups.look(stick)
        assert refused.value.code == hostile.becomes, refused.value.values
        message = error_sentence(refused.value)
        assert message != program_fault() and message.action
        assert hostile.named in message.sentence
        assert _bytes_of(folder) == before, "the folder is as it was"
        assert sorted(stick.parent.iterdir()), "what was offered is left alone"
        office = _runs(folder)
        assert office.value("SELECT count(*) FROM invoices") == 5
        office.close()
        return
    look = backups.look(stick)
    assert bool(look.differences) == hostile.differs
    assert ("von außen verändert" in warning_words(look)) == hostile.differs
    backups.decide()
    backups.finish()
    office = _runs(folder)
    assert is_right(folder)
    assert office.value("SELECT count(*) FROM invoices") == 4
    assert bool(told(office, NoticeKind.SCHEMA_MENDED)) == hostile.differs
    if hostile.tells is not None:
        assert told(office, hostile.tells)
    elif name == "nothing":
        assert not {notice.kind for notice in office.books.notice_page()} & _TROUBLES
    office.writer.submit(lambda t: event_search.add_some(t.raw)).result(PATIENCE)
    found = office.books.invoice_page(InvoiceQuery(False, office.clock.today(), text="0001"))
    assert [row.number for row in found] == ["TEST-2026-0001"]
    office.close()


def test_sa2_there_are_at_least_as_many_as_were_asked_for() -> None:
    assert len(HOSTILE) >= 40
    assert sum(one.becomes == ALTERED for one in HOSTILE.values()) >= 15
