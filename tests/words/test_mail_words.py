"""The one line that tells many notices: subject of an e-mail, text of a desktop notification."""

from datetime import UTC, datetime

import pytest

from workmate_desktop.domain.history import Notice, NoticeKind
from workmate_desktop.words.mail_words import mail_text, summary

AT = datetime(2026, 11, 23, 8, 15, tzinfo=UTC)


def notices(*kinds: NoticeKind) -> list[Notice]:
    return [Notice(f"n{at}", AT, kind.value, None, None, {}, None) for at, kind in enumerate(kinds)]


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ([NoticeKind.PAYMENT_FAILED] * 2, "2 Zahlungen fehlgeschlagen"),
        (
            [NoticeKind.ENDPOINT_DISABLED, NoticeKind.NEEDS_REVIEW, NoticeKind.ANSWERS_SLOW],
            "1 Klärung nötig, 2 weitere",
        ),
        (
            [NoticeKind.ENDPOINT_DISABLED, NoticeKind.ANSWERS_SLOW],
            "Stripe hat den Webhook abgeschaltet, 1 weitere",
        ),
    ],
)
def test_many_in_one_line_and_never_only_others(kinds: list[NoticeKind], words: str) -> None:
    assert summary(notices(*kinds)) == words
    subject = mail_text(notices(*kinds), lambda moment: moment).subject
    assert subject == f"WorkmateOS: {len(kinds)} Meldungen ({words})"
