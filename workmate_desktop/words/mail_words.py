"""What the e-mails to the admin say. Without Qt: `serve` sends them too.

An e-mail leaves the office and lies readable on servers: it names the invoice, the amount and
the reason, as the notice list does, and never a payer. Who it was, the program shows.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from workmate_desktop.domain.history import Notice, NoticeKind
from workmate_desktop.domain.notify.mail import MailText
from workmate_desktop.words.language import _
from workmate_desktop.words.notice_words import notice_words

MOST = 50
"""More notices than these are only counted in a mail."""
_LONGEST_LINE = 300


def mail_text(notices: Sequence[Notice], local: Callable[[datetime], datetime]) -> MailText:
    """A mail about these notices, oldest first. `local` gives the time of the office."""
    paragraphs = [_paragraph(each, local) for each in notices[:MOST]]
    if len(notices) > MOST:
        more = _("… und %1 weitere Meldungen.")
        paragraphs.append(more.replace("%1", str(len(notices) - MOST)))
    where = _("Mehr dazu im Programm unter Protokoll → Meldungen.")
    return MailText(_subject(notices), "\n\n".join((*paragraphs, where, _signature())) + "\n")


def test_mail_text() -> MailText:
    """What **Testmail senden** sends."""
    words = _(
        "Diese Testmail zeigt: Meldungen von WorkmateOS Desktop kommen in diesem Postfach an."
    )
    return MailText(_("WorkmateOS: Testmail"), f"{words}\n\n{_signature()}\n")


def summary(notices: Sequence[Notice]) -> str:
    """Many notices in one line: "3 Zahlungen fehlgeschlagen, 1 Klärung nötig". Where none is of
    a kind that is counted, the first one's title stands for them."""
    counts = {kind: sum(each.kind == kind for each in notices) for kind, *_words in _kinds()}
    parts = [
        one if counts[kind] == 1 else many.replace("%1", str(counts[kind]))
        for kind, one, many in _kinds()
        if counts[kind]
    ]
    others = len(notices) - sum(counts.values())
    if not parts and notices:
        parts.append(notice_words(notices[0]).title)
        others -= 1
    if others:
        more = _("1 weitere") if others == 1 else _("%1 weitere")
        parts.append(more.replace("%1", str(others)))
    return ", ".join(parts)


def _kinds() -> tuple[tuple[NoticeKind, str, str], ...]:
    return (
        (
            NoticeKind.PAYMENT_FAILED,
            _("1 Zahlung fehlgeschlagen"),
            _("%1 Zahlungen fehlgeschlagen"),
        ),
        (NoticeKind.NEEDS_REVIEW, _("1 Klärung nötig"), _("%1 Klärungen nötig")),
        (NoticeKind.OVERPAID, _("1 Überzahlung"), _("%1 Überzahlungen")),
    )


def _subject(notices: Sequence[Notice]) -> str:
    if len(notices) == 1:
        return _line(f"WorkmateOS: {notice_words(notices[0]).title}")
    count = _("%1 Meldungen").replace("%1", str(len(notices)))
    return _line(f"WorkmateOS: {count} ({summary(notices)})")


def _paragraph(notice: Notice, local: Callable[[datetime], datetime]) -> str:
    words = notice_words(notice)
    return f"{local(notice.at):%d.%m.%Y %H:%M}  {_line(words.title)}\n{_line(words.why)}"


def _signature() -> str:
    return _(
        "Diese E-Mail hat WorkmateOS Desktop automatisch gesendet. Abstellen lässt sie sich dort "
        "unter Protokoll → Benachrichtigen → E-Mail bei Meldungen."
    )


def _line(text: str) -> str:
    """One line, whatever an invoice number from outside holds."""
    one = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return one if len(one) <= _LONGEST_LINE else one[: _LONGEST_LINE - 1] + "…"
