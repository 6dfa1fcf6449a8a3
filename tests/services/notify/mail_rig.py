"""An office that sends its notices by e-mail, through a real SMTP server."""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.factories import OfficeBooks, TestClock, make_books
from tests.waiting import PATIENCE
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.notify.mail import MailAccount
from workmate_desktop.domain.secrets import SecretStore
from workmate_desktop.domain.steps import StepName
from workmate_desktop.gateways.mail.mail import MailSender
from workmate_desktop.gateways.secrets.memory_secrets import MemorySecrets
from workmate_desktop.gateways.secrets.secret_file import SecretFile
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.connection.stripe_setup import GivenKeys, StripeSetup
from workmate_desktop.services.notify.mail_setup import MailSetup
from workmate_desktop.services.notify.mailer import Mailer
from workmate_desktop.services.steps import Steps
from workmate_desktop.words.mail_words import mail_text, test_mail_text


class MailOffice:
    """Books, settings and mailer; `mailer.send_due()` is one turn of its thread."""

    def __init__(
        self,
        data_dir: Path,
        trust: ssl.SSLContext,
        *,
        clock: TestClock | None = None,
        keychain: SecretStore | None = None,
    ) -> None:
        data_dir.mkdir(exist_ok=True)
        self.office: OfficeBooks = make_books(data_dir, clock)
        self.clock: Clock = self.office.clock
        self.keychain = keychain or MemorySecrets()
        office = self.office
        stripe = StripeSetup(
            office.writer,
            office.database,
            office.announcer,
            keychain=self.keychain,
            secret_file=SecretFile(data_dir),
            given=GivenKeys(),
            ask_account=lambda _key, _cancelled: (_ for _ in ()).throw(AssertionError),
        )
        self.sender = MailSender(context=trust, step_seconds=PATIENCE)
        self.setup = MailSetup(
            office.writer, office.database, stripe, self.sender, self.clock, test_mail_text
        )
        self.setup.load()
        self.steps = Steps(office.writer, office.database, self.clock)
        self.mailer = Mailer(
            office.writer,
            office.database,
            office.announcer,
            self.setup,
            self.sender,
            self.clock,
            Threads(),
            lambda notices: mail_text(notices, self.clock.local),
            self.steps.step(StepName.MAIL),
        )

    def use(self, account: MailAccount, password: str | None = None) -> None:
        self.setup.save(account, password)

    def fail(self, number: str = "RE-2026-0117", **detail: Any) -> str:
        """A failed payment; the id of its notice."""
        values = {
            "number": number,
            "amount_minor": 47600,
            "currency": "eur",
            "decline_code": "insufficient_funds",
            "still_owed": True,
        }
        return self.notice(NoticeKind.PAYMENT_FAILED, **{**values, **detail})

    def notice(self, kind: NoticeKind, **detail: Any) -> str:
        job: Callable[[Any], str] = lambda t: t.notices.add(kind, **detail)  # noqa: E731
        return self.office.writer.submit(job).result(PATIENCE)

    def outbox(self) -> int:
        return int(self.office.value("SELECT count(*) FROM mail_outbox"))

    def attempts(self) -> int:
        return int(self.office.value("SELECT ifnull(max(attempts), 0) FROM mail_outbox"))

    def kinds(self) -> list[str]:
        """The notices, oldest first."""
        return [row[0] for row in self.office.rows("SELECT kind FROM notices ORDER BY at, rowid")]

    def close(self) -> None:
        assert self.mailer.stop(PATIENCE)
        self.office.close()
