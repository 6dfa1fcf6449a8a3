"""The Stripe keys: read at start, checked, kept, tested.

Environment variables come first, for servers. The publishable key is no secret and lies in the
settings; the secret key and the signing secrets lie in the keyring or, chosen openly by the
user, in an encrypted file.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from workmate_desktop.domain.changes import ReceptionChanged, SettingsChanged
from workmate_desktop.domain.clock import Clock, from_text, to_text
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.secrets import (
    KeychainUnavailable,
    SecretFileDamaged,
    SecretPlace,
    SecretStore,
)
from workmate_desktop.domain.stripe.account import AccountInfo
from workmate_desktop.domain.stripe.keys import (
    StripeKeys,
    problem_of_publishable,
    problem_of_secret,
    problem_of_webhook_secret,
    trimmed,
)
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.store.common.settings import setting
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Job, Writer

logger = logging.getLogger("workmate.setup")

SECRET_KEY = "stripe_secret_key"
WEBHOOK_SECRET = "stripe_webhook_secret"
_PUBLISHABLE = "stripe.publishable_key"
_PLACE = "stripe.secrets_place"
_ACCOUNT_ID = "stripe.account_id"
_ACCOUNT_NAME = "stripe.account_name"
_OLD_UNTIL = "stripe.old_webhook_secrets_until"
"""JSON: fingerprint of a signing secret that was replaced → until when it is still valid."""

AskAccount = Callable[[str, Signal], AccountInfo]
"""Asks Stripe who a secret key belongs to; gives up when the event is set."""


@dataclass(frozen=True, slots=True)
class GivenKeys:
    """Keys from the environment or the command line; empty texts are not given."""

    publishable: str = ""
    secret: str = ""
    webhook_secrets: tuple[str, ...] = ()


class StripeSetup:
    """The keys in force. `keys` is a snapshot that any thread may read; the rest blocks."""

    def __init__(
        self,
        writer: Writer,
        database: Database,
        announcer: Announcer,
        *,
        keychain: SecretStore,
        secret_file: SecretStore,
        given: GivenKeys,
        ask_account: AskAccount,
        clock: Clock | None = None,
    ) -> None:
        """Without a `clock`, a replaced signing secret stays valid until the next one."""
        self._writer = writer
        self._database = database
        self._announcer = announcer
        self._stores = {keychain.place: keychain, SecretPlace.FILE: secret_file}
        self._given = given
        self._ask_account = ask_account
        self._clock = clock
        self._old_until: Mapping[str, datetime] = {}
        self._stored = StripeKeys()
        self._loaded = False
        self._trouble: str | None = None
        self._place = keychain.place
        self._account: AccountInfo | None = None
        self._tested: tuple[str, AccountInfo] | None = None
        self._lock = database.waiting.lock()

    # --- any thread ----------------------------------------------------------------------

    @property
    def keys(self) -> StripeKeys:
        """The keys in force: those given by the environment before those stored."""
        given, stored = self._given, self._stored
        return StripeKeys(
            given.publishable or stored.publishable,
            given.secret or stored.secret,
            given.webhook_secrets or self._not_expired(stored.webhook_secrets),
        )

    @property
    def loaded(self) -> bool:
        """The stored keys were read (or could not be)."""
        return self._loaded

    @property
    def trouble(self) -> str | None:
        """Why the stored secrets could not be read: keychain_locked …; None when they could."""
        return self._trouble

    @property
    def configured(self) -> bool:
        """Someone has entered at least one key."""
        keys = self.keys
        return bool(keys.publishable or keys.secret or keys.webhook_secrets)

    @property
    def from_environment(self) -> frozenset[str]:
        """Which of publishable, secret, webhook_secret cannot be changed in the window."""
        given = {
            "publishable": self._given.publishable,
            "secret": self._given.secret,
            "webhook_secret": self._given.webhook_secrets,
        }
        return frozenset(name for name, value in given.items() if value)

    @property
    def place(self) -> SecretPlace:
        """Where the secrets lie."""
        if {"secret", "webhook_secret"} <= self.from_environment:
            return SecretPlace.ENVIRONMENT
        return self._place

    @property
    def secret_store(self) -> SecretStore:
        """Where the secrets lie, for others of this program (the tunnel's token). It blocks."""
        return self._stores[self._place]

    @property
    def secret_stores(self) -> Mapping[SecretPlace, SecretStore]:
        """All places that can be chosen here, by name."""
        return self._stores

    @property
    def account(self) -> AccountInfo | None:
        """The account of the secret key, as Stripe said last; None while unknown."""
        return self._account

    # --- background ----------------------------------------------------------------------

    def load(self) -> None:
        """Read the stored keys. A keyring that does not answer leaves `trouble`, no error."""
        with self._database.reader() as connection:
            publishable = setting(connection, _PUBLISHABLE) or ""
            place = setting(connection, _PLACE)
            account_id = setting(connection, _ACCOUNT_ID)
            account_name = setting(connection, _ACCOUNT_NAME)
            self._old_until = _times(setting(connection, _OLD_UNTIL))
        if place is not None and place in self._stores:
            self._place = SecretPlace(place)
        secret, webhook_secret = "", ""
        try:
            if place is not None:  # nothing was ever kept: leave the keyring alone
                secret = self._stores[self._place].get(SECRET_KEY) or ""
                webhook_secret = self._stores[self._place].get(WEBHOOK_SECRET) or ""
            self._trouble = None
        except (KeychainUnavailable, SecretFileDamaged, OSError) as error:
            self._trouble = error.code if isinstance(error, UserError) else "secret_file_damaged"
            logger.error("The stored keys cannot be read: %s", self._trouble)
        self._stored = StripeKeys(publishable, secret, _split(webhook_secret))
        if account_id:
            self._account = AccountInfo(
                account_id, account_name or "", livemode=self.keys.livemode is True
            )
        self._loaded = True
        self._announcer.announce([SettingsChanged(), ReceptionChanged()])

    def save(
        self,
        publishable: str,
        secret: str | None,
        webhook_secret: str | None,
        *,
        allow_file: bool = False,
    ) -> None:
        """Keep the keys; None keeps the stored one, an empty text forgets it.

        Raises UserError key_invalid (field, problem), keychain_unavailable (reason: then
        `allow_file` may be offered), or what the database says.
        """
        with self._lock:
            wanted = self._wanted(publishable, secret, webhook_secret)
            place = SecretPlace.FILE if allow_file else self._place
            store = self._stores[place]
            if place is not self._place:
                # Everything moves, or the two places would disagree.
                secret, webhook_secret = wanted.secret, ",".join(wanted.webhook_secrets)
            try:
                for name, value in ((SECRET_KEY, secret), (WEBHOOK_SECRET, webhook_secret)):
                    if value:
                        store.set(name, trimmed(value))
                    elif value is not None:
                        store.delete(name)
            except KeychainUnavailable as error:
                raise UserError("keychain_unavailable", reason=error.reason.value) from error
            if webhook_secret is not None:
                self._old_until = {}  # what someone entered is valid without limit
            same_account = wanted.secret == self._stored.secret
            self._keep_settings(wanted.publishable, place, forget_account=not same_account)
            self._stored, self._place, self._trouble = wanted, place, None
            if not same_account:
                self._account = None
            if self._tested is not None and self._tested[0] == wanted.secret:
                self._account = self._tested[1]
                self._keep_account(self._account)
        logger.info("[Stripe] Keys saved")
        self._announcer.announce([SettingsChanged(), ReceptionChanged()])

    def keep_signing_secret(
        self,
        secret: str,
        *,
        retire: Collection[str] = (),
        until: datetime | None = None,
        also: Job[None] = lambda _transaction: None,
    ) -> None:
        """Keep a signing secret in front of those in force, as when one is rolled.

        `retire` are the fingerprints of those it replaces; they stay valid until `until` (UTC,
        Stripe's clock), or not at all without it. `also` is committed with the settings, after
        the secret is safe. Raises UserError key_invalid, keychain_unavailable, or what the
        database says.
        """
        problem = problem_of_webhook_secret(secret)
        if problem is not None:
            raise UserError("key_invalid", field="webhook_secret", problem=problem.value)
        with self._lock:
            old = [s for s in self._not_expired(self._stored.webhook_secrets) if s != secret]
            if until is None:
                old = [s for s in old if fingerprint(s) not in retire]
            secrets = (secret, *old)
            times = {**self._old_until, **(dict.fromkeys(retire, until) if until else {})}
            kept = {fingerprint(s) for s in old}
            times = {known: moment for known, moment in times.items() if known in kept}
            try:
                self._stores[self._place].set(WEBHOOK_SECRET, ",".join(secrets))
            except KeychainUnavailable as error:
                raise UserError("keychain_unavailable", reason=error.reason.value) from error
            self._stored = replace(self._stored, webhook_secrets=secrets)
            self._old_until = times

            def job(t: Transaction) -> None:
                t.settings.set(_PLACE, self._place.value)
                t.settings.set(_OLD_UNTIL, _times_text(times))
                also(t)

            self._writer.submit(job).result()
        logger.info("[Stripe] Webhook secret saved")
        self._announcer.announce([SettingsChanged(), ReceptionChanged()])

    def test_connection(
        self, publishable: str, secret: str | None, cancelled: Signal
    ) -> AccountInfo:
        """Ask Stripe whose key this is; None asks with the stored key.

        Raises UserError stripe_… (see domain.stripe_account.Refusal), key_invalid.
        """
        key = self.keys.secret if secret is None else trimmed(secret)
        problem = problem_of_secret(key, trimmed(publishable))
        if problem is not None:
            raise UserError("key_invalid", field="secret", problem=problem.value)
        account = self._ask_account(key, cancelled)
        self._tested = (key, account)
        if key == self.keys.secret:
            self._account = account
            self._keep_account(account)
            self._announcer.announce([SettingsChanged()])
        return account

    def use_for_demo(self, keys: StripeKeys) -> None:
        """Put these keys in force without keeping them anywhere."""
        self._stored, self._loaded = keys, True

    def _wanted(
        self, publishable: str, secret: str | None, webhook_secret: str | None
    ) -> StripeKeys:
        """The keys after the edit. Raises UserError key_invalid."""
        wanted = self._stored
        if "publishable" not in self.from_environment:
            wanted = replace(wanted, publishable=trimmed(publishable))
        if secret is not None:
            wanted = replace(wanted, secret=trimmed(secret))
        if webhook_secret is not None:
            wanted = replace(wanted, webhook_secrets=_split(webhook_secret))
        checks = [
            ("publishable", problem_of_publishable(wanted.publishable)),
            ("secret", problem_of_secret(wanted.secret, wanted.publishable)),
            *(("webhook_secret", problem_of_webhook_secret(s)) for s in wanted.webhook_secrets),
        ]
        for field, problem in checks:
            if problem is not None and field not in self.from_environment:
                raise UserError("key_invalid", field=field, problem=problem.value)
        return wanted

    def _not_expired(self, secrets: tuple[str, ...]) -> tuple[str, ...]:
        """Asked for every delivery; hardly ever is there anything to compare."""
        times = self._old_until
        if not times or self._clock is None:
            return secrets
        now = self._clock.stripe_now()
        return tuple(
            secret
            for secret in secrets
            if (until := times.get(fingerprint(secret))) is None or now < until.timestamp()
        )

    def _keep_account(self, account: AccountInfo) -> None:
        def job(t: Transaction) -> None:
            t.settings.set(_ACCOUNT_ID, account.id)
            t.settings.set(_ACCOUNT_NAME, account.name)

        self._writer.submit(job).result()

    def _keep_settings(self, publishable: str, place: SecretPlace, *, forget_account: bool) -> None:
        def job(t: Transaction) -> None:
            t.settings.set(_PUBLISHABLE, publishable or None)
            t.settings.set(_PLACE, place.value)
            t.settings.set(_OLD_UNTIL, _times_text(self._old_until))
            if forget_account:
                t.settings.set(_ACCOUNT_ID, None)
                t.settings.set(_ACCOUNT_NAME, None)

        self._writer.submit(job).result()


def fingerprint(secret: str) -> str:
    """Tells signing secrets apart in the settings, without giving them away."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]


def _times(text: str | None) -> dict[str, datetime]:
    """Fingerprint → time; nothing where the setting was tampered with."""
    try:
        values = json.loads(text or "{}")
        return {str(known): from_text(moment) for known, moment in values.items()}
    except (ValueError, TypeError, AttributeError):
        logger.warning("The times of replaced webhook secrets cannot be read")
        return {}


def _times_text(times: Mapping[str, datetime]) -> str | None:
    return json.dumps({known: to_text(t) for known, t in times.items()}) if times else None


def _split(secrets: str) -> tuple[str, ...]:
    """Several signing secrets are separated by commas while one is rolled."""
    return tuple(part for part in (trimmed(s) for s in secrets.split(",")) if part)
