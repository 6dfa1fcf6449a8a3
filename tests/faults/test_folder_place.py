"""F19: a data folder on a network share or in a sync folder is warned of."""

from dataclasses import astuple
from pathlib import Path

import pytest

from tests.factories import NOBODY
from workmate_desktop.app.core import Core
from workmate_desktop.app.options import Options
from workmate_desktop.app.outside import Outside
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.gateways.secrets.memory_secrets import MemorySecrets
from workmate_desktop.gateways.system.folder_place import FolderPlace, place_of
from workmate_desktop.words.notice_words import notice_words

MOUNTS = """\
21 1 254:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
44 21 0:40 / /srv/buero rw - cifs //server/buero rw
45 21 0:41 / /srv/mit\\040blank rw - nfs4 server:/daten rw
46 44 254:2 / /srv/buero/lokal rw - ext4 /dev/sdb1 rw
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    file = tmp_path / "mountinfo"
    file.write_text(MOUNTS, "utf-8")
    return file


@pytest.mark.parametrize(
    ("folder", "place"),
    [
        ("/home/jana/workmate", FolderPlace.LOCAL),
        ("/srv/buero", FolderPlace.NETWORK),
        ("/srv/buero/workmate", FolderPlace.NETWORK),
        ("/srv/buerohaus/workmate", FolderPlace.LOCAL),
        ("/srv/mit blank/workmate", FolderPlace.NETWORK),
        ("/srv/buero/lokal/workmate", FolderPlace.LOCAL),
        ("/home/jana/OneDrive - Büro Köhler/workmate", FolderPlace.SYNC),
        ("/home/jana/Nextcloud/workmate", FolderPlace.SYNC),
        ("/home/jana/Library/Mobile Documents/x", FolderPlace.SYNC),
    ],
)
def test_f19_the_place_is_recognised(folder: str, place: FolderPlace, mounts: Path) -> None:
    assert place_of(Path(folder), mounts) is place


def test_f19_a_folder_of_syncthing_is_recognised(tmp_path: Path) -> None:
    (tmp_path / ".stfolder").mkdir()
    assert place_of(tmp_path / "data") is FolderPlace.SYNC


def test_f19_without_a_list_of_mounts_nothing_is_claimed(tmp_path: Path) -> None:
    assert place_of(Path("/srv/x"), tmp_path / "missing") is FolderPlace.LOCAL


def test_f19_it_is_told_once_and_answered_when_the_folder_was_moved(tmp_path: Path) -> None:
    bad = tmp_path / "Dropbox" / "workmate"
    for _ in range(2):  # two starts, one notice
        bad.mkdir(parents=True, exist_ok=True)
        told = _notices_after_a_start(bad)
    assert [(kind, over) for kind, _, over in told] == [(NoticeKind.RISKY_FOLDER, False)]
    assert "abgeglichen" in told[0][1]
    good = bad.rename(tmp_path / "workmate")
    assert [over for _, _, over in _notices_after_a_start(good)] == [True]


def _notices_after_a_start(folder: Path) -> list[tuple[str, str, bool]]:
    options = Options("serve", folder, 0, stripe_api_base=NOBODY)
    core = Core(options, Outside.real(options, keychain=MemorySecrets()))
    try:
        core.start()
        core.writer.submit(lambda _t: None).result()  # whatever rides along is committed
        core.writer.submit(lambda _t: None).result()
        notices = core.books.notice_page()
    finally:
        core.stop()
    return [
        (one.kind, " ".join(astuple(notice_words(one))), "over_at" in one.detail)
        for one in notices
        if one.kind == NoticeKind.RISKY_FOLDER
    ]
