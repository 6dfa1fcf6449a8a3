"""One desktop notification per notice that matters; many at once become one.

What is told is read from the books, so it is what the notice list says.
"""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QObject, QTimer, Slot

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import Notice, told_outside
from workmate_desktop.services.books import Books
from workmate_desktop.words.language import _
from workmate_desktop.words.mail_words import summary
from workmate_desktop.words.messages import error_sentence
from workmate_desktop.words.notice_words import notice_words

COLLECT_MS = 1000
"""What comes so soon after one another is told together."""
PAUSE_MS = 15_000
"""After a notification, further ones are collected this long."""
MOST_ALONE = 3
MOST_READ = 300
"""Of more notices than these at once, nobody needs each one's words."""
_REMEMBERED = 5000
_LONGEST = 250


class DesktopTeller(QObject):
    """Listens to the bridge and calls `show(title, text, key)`; `key` is the id of the notice,
    empty for several. `trouble` is the code of why the database cannot be written, else None:
    of that no notice can be kept.
    """

    def __init__(
        self,
        books: Books,
        bridge: Bridge,
        trouble: Callable[[], str | None],
        show: Callable[[str, str, str], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._books = books
        self._bridge = bridge
        self._trouble = trouble
        self._show = show
        self._told_trouble: str | None = None
        self._waiting: dict[str, None] = {}
        self._told: dict[str, None] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._read)
        bridge.notices_added.connect(self._on_notices)
        bridge.reception_changed.connect(self._on_reception)

    @Slot(object)
    def _on_notices(self, notice_ids: Iterable[str]) -> None:
        fresh = [key for key in notice_ids if key and key not in self._told]
        self._waiting.update(dict.fromkeys(fresh))
        if self._waiting and not self._timer.isActive():
            self._timer.start(COLLECT_MS)

    @Slot()
    def _read(self) -> None:
        if not self._waiting:
            return
        ids, books = tuple(self._waiting), self._books
        self._waiting.clear()
        self._remember(ids)
        self._timer.start(PAUSE_MS)
        newest = ids[-MOST_READ:]
        self._bridge.run_in_background(
            lambda: [each for key in newest if (each := books.notice(key)) is not None],
            lambda found: self._tell(found, len(ids) - len(newest)),
            owner=self,
        )

    def _remember(self, ids: Sequence[str]) -> None:
        self._told.update(dict.fromkeys(ids))
        while len(self._told) > _REMEMBERED:
            del self._told[next(iter(self._told))]

    def _tell(self, notices: Sequence[Notice], unread_more: int) -> None:
        worth = [n for n in notices if n.read_at is None and told_outside(n.kind, n.detail)]
        if len(worth) + unread_more > MOST_ALONE:
            count = _("{0} Meldungen").format(len(worth) + unread_more)
            self._show(count, harmless(summary(worth)), "")
            return
        for notice in worth:
            words = notice_words(notice)
            self._show(harmless(words.title), harmless(words.why), notice.id)

    @Slot()
    def _on_reception(self) -> None:
        trouble = self._trouble()
        if trouble is not None and trouble != self._told_trouble:
            sentence, action = error_sentence(UserError(trouble))
            self._show(sentence, action, "")
        self._told_trouble = trouble


def harmless(text: str) -> str:
    """Desktops take notifications for markup, each in its own way: without the signs of markup
    there is none. Our own words have no such signs; an invoice number from outside may.
    """
    plain = "".join(c if c.isprintable() else " " for c in text)
    plain = plain.replace("&", "+").replace("<", "‹").replace(">", "›")
    plain = " ".join(plain.split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
