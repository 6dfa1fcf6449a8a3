"""Where the program works: who sits at this PC, and what kind of folder holds the books."""

import getpass

from workmate_desktop.app.options import Options
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.gateways.system.folder_place import FolderPlace, place_of
from workmate_desktop.store.writer import Writer


def person() -> str:
    """The login name, for the Verlauf."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name for this user id: some servers
        return "Büro"


def note_place(writer: Writer, options: Options) -> None:
    """A folder that another PC may write to endangers the books: told until it was moved."""
    place = place_of(options.data_dir)
    if place is FolderPlace.LOCAL or options.demo:
        writer.submit_later(lambda t: t.notices.end(NoticeKind.RISKY_FOLDER))
    else:
        writer.submit_later(lambda t: t.notices.begin(NoticeKind.RISKY_FOLDER, place=place.value))
