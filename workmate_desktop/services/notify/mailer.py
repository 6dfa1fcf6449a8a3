"""Sends notices by e-mail: a quiet thread that never holds up anything and loses nothing.

The notice and its place in the outbox are committed together (store/notify/notices.py). What comes
within a minute becomes one mail. A mail that fails stays in the outbox and is tried again with
growing pauses, also after a restart; after three days it is given up, and a notice says so.

Whether a mail arrived whose server never answered, nobody can know: it is sent again with the
same Message-ID, by which mail programs show it once.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from workmate_desktop.domain.changes import Change, NoticeAdded
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.history import Notice, NoticeKind
from workmate_desktop.domain.notify.mail import PASSES, Mail, MailRefused, MailText
from workmate_desktop.domain.waiting import Waiting
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.services.keeper import Keeper
from workmate_desktop.services.notify.mail_setup import MailSetup, Sender
from workmate_desktop.services.steps import Step
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.notify import mails
from workmate_desktop.store.notify.mails import OutgoingMail
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Job, Writer

logger = logging.getLogger("workmate.mail")

COLLECT = timedelta(seconds=60)
"""A mail goes out so long after its first notice, with all that came meanwhile."""
GIVE_UP_AFTER = timedelta(days=3)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
_LOOK_SECONDS = 60.0
"""While something waits, the clock is looked at so often: the PC may have slept."""
_FINISH_SECONDS = 3.0


def pause_after(attempts: int, *, passes: bool) -> timedelta:
    """Until the next attempt: 1, 2, 4 … 60 minutes. Where only a person helps, an hour at once:
    a mailbox would be locked by many wrong passwords. New settings come sooner."""
    if not passes:
        return LONGEST_PAUSE
    doubled: int = 2 ** min(attempts - 1, 10)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


class Mailer:
    """The thread. `compose` words a mail about these notices; `step` is told how it goes."""

    def __init__(
        self,
        writer: Writer,
        database: Database,
        announcer: Announcer,
        setup: MailSetup,
        sender: Sender,
        clock: Clock,
        waiting: Waiting,
        compose: Callable[[Sequence[Notice]], MailText],
        step: Step | None = None,
    ) -> None:
        self._writer = writer
        self._database = database
        self._announcer = announcer
        self._setup = setup
        self._sender = sender
        self._clock = clock
        self._compose = compose
        self._step = step
        self._taken: set[str] = set()
        """Mails that the server has taken, but the database could not note that yet."""
        self._keeper = Keeper(waiting, "mailer", self.send_due)
        setup.listen(self.wake)

    def start(self) -> None:
        """Begin, with what a former run left."""
        self._announcer.listen(self._on_changes)
        if not self._keeper.start():  # stopped while the program was still starting
            self._announcer.forget(self._on_changes)

    def stop(self, deadline: float = 5.0) -> bool:
        """Let a mail under way be finished for a moment, then end. True when it ended in time.

        Twice is fine. `deadline` in seconds.
        """
        self._announcer.forget(self._on_changes)
        return self._keeper.stop(deadline, patience=_FINISH_SECONDS)

    def wake(self) -> None:
        """Something is to be sent, or the settings are others. Any thread; returns at once."""
        self._keeper.wake()

    def _on_changes(self, changes: Sequence[Change]) -> None:
        if any(isinstance(change, NoticeAdded) and change.notice_id for change in changes):
            self.wake()

    # --- the thread ----------------------------------------------------------------------

    def send_due(self) -> float | None:
        """Send what is due. Seconds until the next look; None while nothing waits.

        Raises what the database says. Blocks for as long as the mail server does.
        """
        if not self._setup.state.on or self._keeper.ending:
            return None
        now = self._clock.now()
        with self._database.reader() as connection:
            since = mails.collecting_since(connection)
        if since is not None and not now - COLLECT < since <= now:
            self._commit(lambda t: t.mails.seal())  # also when the clock was set back
        for mail in self._outgoing():
            if self._keeper.ending:
                return None
            if not now < mail.next_at <= now + LONGEST_PAUSE:
                self._attempt(mail)
        return self._seconds_to_next()

    def _outgoing(self) -> list[OutgoingMail]:
        with self._database.reader() as connection:
            return mails.outgoing(connection)

    def _seconds_to_next(self) -> float | None:
        with self._database.reader() as connection:
            since = mails.collecting_since(connection)
        due = [mail.next_at for mail in self._outgoing()]
        if since is not None:
            due.append(since + COLLECT)
        if not due:
            return None
        seconds = (min(due) - self._clock.now()).total_seconds()
        return max(0.0, min(_LOOK_SECONDS, seconds))

    def _attempt(self, mail: OutgoingMail) -> None:
        if mail.id not in self._taken and mail.notices:
            attempts = mail.attempts + 1
            next_at = self._clock.now() + pause_after(attempts, passes=True)
            self._commit(lambda t: t.mails.begin_attempt(mail.id, next_at))
            try:
                self._send(mail)
            except MailRefused as refused:
                self._on_refused(mail, refused)
                return
            self._taken.add(mail.id)
        self._commit(lambda t: t.mails.remove(mail.id))
        self._taken.discard(mail.id)
        if self._step is not None:
            self._step.done()

    def _send(self, mail: OutgoingMail) -> None:
        account = self._setup.state.account
        password = self._setup.password() if account.user else ""
        text = self._compose(mail.notices)
        outgoing = Mail(text.subject, text.body, mail.id)
        self._sender.send(account, password, outgoing, self._clock.now(), self._keeper.cancelled)
        logger.info("[Mail] Sent: %s notices", len(mail.notices))

    def _on_refused(self, mail: OutgoingMail, refused: MailRefused) -> None:
        if self._keeper.ending:
            return  # cut off by our own stop; the next start tries again
        if self._step is not None:
            self._step.failed(refused)
        now = self._clock.now()
        passes = refused.kind in PASSES
        given_up = now - mail.at >= GIVE_UP_AFTER
        logger.warning(
            "[Mail] Not sent: %s%s (attempt %s%s)",
            refused.kind.value,
            f" {refused.status}" if refused.status else "",
            mail.attempts + 1,
            ", given up" if given_up else "",
        )

        def job(t: Transaction) -> None:
            if given_up:
                t.mails.remove(mail.id)
            elif not passes:
                t.mails.postpone(mail.id, now + pause_after(mail.attempts + 1, passes=False))
            if given_up or not passes:
                t.notices.add_once_a_day(
                    NoticeKind.MAIL_FAILED, reason=refused.kind.value, given_up=given_up
                )

        self._commit(job)

    def _commit(self, job: Job[None]) -> None:
        self._writer.submit(job).result()
