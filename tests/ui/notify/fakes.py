"""What the dialogs of this folder ask, in memory."""

from dataclasses import dataclass, field

from workmate_desktop.domain.notify.mail import MailAccount, MailSecurity
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.services.notify.mail_setup import MailSetup, MailState

ACCOUNT = MailAccount(
    "smtp.firma.example",
    587,
    MailSecurity.STARTTLS,
    "buero@firma.example",
    "buero@firma.example",
    "chefin@firma.example",
)


OFF = MailState()


@dataclass
class FakeMailSettings(MailSetup):
    """Notes what it was asked; fails with `fail_with`."""

    state: MailState = OFF
    fail_with: Exception | None = None
    saved: list[tuple[MailAccount, str | None, bool]] = field(default_factory=list)
    tested: list[tuple[MailAccount, str | None]] = field(default_factory=list)
    turned_off: int = 0

    def save(self, account: MailAccount, password: str | None, *, allow_file: bool = False) -> None:
        if self.fail_with is not None and not allow_file:
            raise self.fail_with
        self.saved.append((account, password, allow_file))

    def turn_off(self) -> None:
        self.turned_off += 1

    def test(self, account: MailAccount, password: str | None, cancelled: Signal) -> None:
        self.tested.append((account, password))
        if self.fail_with is not None:
            raise self.fail_with
