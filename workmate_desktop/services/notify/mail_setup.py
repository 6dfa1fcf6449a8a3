"""E-mails to the admin: whether and where they go out. The password lies where secrets do."""

import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Protocol

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.notify.mail import (
    Mail,
    MailAccount,
    MailField,
    MailProblem,
    MailRefusal,
    MailRefused,
    MailSecurity,
    MailText,
    problems_of,
)
from workmate_desktop.domain.secrets import (
    KeychainUnavailable,
    SecretFileDamaged,
    SecretPlace,
    SecretStore,
)
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.services.connection.stripe_setup import StripeSetup
from workmate_desktop.store.common.settings import setting
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.database.ids import new_id
from workmate_desktop.store.notify.mails import SWITCH
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Writer

logger = logging.getLogger("workmate.mail")

_NO_ACCOUNT = MailAccount()

PASSWORD = "mail_password"
_ACCOUNT = "mail.account"
_PLACE = "mail.secrets_place"
"""Where the password lies; not set: there is none."""
_OFF = "0"
"""Turned off by staff; nothing is kept where nobody has decided yet."""


class Sender(Protocol):
    """gateways.mail.MailSender."""

    def send(
        self,
        account: MailAccount,
        password: str,
        mail: Mail,
        now: datetime,
        cancelled: Signal | None = None,
    ) -> None:
        """Hand one mail to the server; blocks. Raises MailRefused."""
        ...


@dataclass(frozen=True, slots=True)
class MailState:
    """How it is set. `has_password`: one is stored. `declined`: staff turned it off."""

    on: bool = False
    account: MailAccount = _NO_ACCOUNT
    has_password: bool = False
    declined: bool = False


class MailSetup:
    """`state` may be read by any thread; everything else blocks: for the background.

    `test_text` words the mail of **Testmail senden**.
    """

    def __init__(
        self,
        writer: Writer,
        database: Database,
        setup: StripeSetup,
        sender: Sender,
        clock: Clock,
        test_text: Callable[[], MailText],
    ) -> None:
        self._writer = writer
        self._database = database
        self._setup = setup
        self._sender = sender
        self._clock = clock
        self._test_text = test_text
        self._on_change: Callable[[], None] = lambda: None
        self._state = MailState()
        self._place: SecretPlace | None = None

    @property
    def state(self) -> MailState:
        """How it is set right now."""
        return self._state

    def listen(self, on_change: Callable[[], None]) -> None:
        """Call this after each change of the settings, on the thread that made it."""
        self._on_change = on_change

    def load(self) -> None:
        """Read what was set; the password only when a mail goes out."""
        with self._database.reader() as connection:
            switch = setting(connection, SWITCH)
            account = _account(setting(connection, _ACCOUNT))
            place = setting(connection, _PLACE)
        self._place = SecretPlace(place) if place in set(SecretPlace) else None
        self._state = MailState(
            switch == "1", account, self._place is not None, declined=switch == _OFF
        )

    def password(self) -> str:
        """The stored password; empty without one. Raises MailRefused no_password."""
        if self._place is None:
            return ""
        try:
            return self._store(self._place).get(PASSWORD) or ""
        except (KeychainUnavailable, SecretFileDamaged, OSError) as error:
            code = error.code if isinstance(error, UserError) else type(error).__name__
            logger.error("[Mail] The password cannot be read: %s", code)
        raise MailRefused(MailRefusal.NO_PASSWORD)

    def save(self, account: MailAccount, password: str | None, *, allow_file: bool = False) -> None:
        """Send notices through this account from now on; None keeps the stored password.

        Raises UserError mail_invalid (field, problem), keychain_unavailable (reason: then
        `allow_file` may be offered), or what the database says.
        """
        self._check(account, password)
        place = self._place
        if password or (not account.user and place is not None):
            place = self._keep(password if account.user else None, allow_file=allow_file)

        def job(t: Transaction) -> None:
            t.settings.set(_ACCOUNT, json.dumps(asdict(account)))
            t.settings.set(_PLACE, place.value if place else None)
            t.settings.set(SWITCH, "1")
            t.mails.retry_all()

        self._writer.submit(job).result()
        self._place = place
        self._state = MailState(True, account, place is not None)
        logger.info("[Mail] E-mails for notices are on")
        self._on_change()

    def turn_off(self) -> None:
        """Send nothing more; what waits is forgotten, the account is kept."""

        def job(t: Transaction) -> None:
            t.settings.set(SWITCH, _OFF)
            t.mails.clear()

        self._writer.submit(job).result()
        self._state = replace(self._state, on=False, declined=True)
        logger.info("[Mail] E-mails for notices are off")
        self._on_change()

    def test(self, account: MailAccount, password: str | None, cancelled: Signal) -> None:
        """**Testmail senden** through this account; None takes the stored password.

        Raises UserError mail_invalid, MailRefused.
        """
        self._check(account, password)
        secret = "" if not account.user else self.password() if password is None else password
        text = self._test_text()
        now = self._clock.now()
        mail = Mail(text.subject, text.body, new_id(now))
        self._sender.send(account, secret, mail, now, cancelled)
        logger.info("[Mail] The test mail was taken by the server")

    def _check(self, account: MailAccount, password: str | None) -> None:
        has_password = bool(password) or (password is None and self._state.has_password)
        for field, problem in problems_of(account, password=has_password).items():
            raise _invalid(field, problem)

    def _keep(self, password: str | None, *, allow_file: bool) -> SecretPlace | None:
        """Put the password where secrets lie, or forget it. Returns the place."""
        place = SecretPlace.FILE if allow_file else self._place or self._setup.secret_store.place
        try:
            if password:
                self._store(place).set(PASSWORD, password)
                return place
            self._store(place).delete(PASSWORD)
        except KeychainUnavailable as error:
            raise UserError("keychain_unavailable", reason=error.reason.value) from error
        return None

    def _store(self, place: SecretPlace) -> SecretStore:
        return self._setup.secret_stores[place]


def _invalid(field: MailField, problem: MailProblem) -> UserError:
    return UserError("mail_invalid", field=field.value, problem=problem.value)


def _account(text: str | None) -> MailAccount:
    """What was kept; an empty account when there is none, or it was tampered with."""
    try:
        values = json.loads(text or "{}")
        account = MailAccount(**values)
        return replace(account, port=int(account.port), security=MailSecurity(account.security))
    except (ValueError, TypeError):
        logger.warning("[Mail] The kept account cannot be read")
        return MailAccount()
