"""FAULTS J1-J4 at the gateway: a keyring is believed only as far as it gives back."""

import traceback
from collections.abc import Iterator

import pytest
from keyring import errors
from keyring.backends.chainer import ChainerBackend
from keyring.backends.fail import Keyring as FailKeyring
from keyring.backends.null import Keyring as NullKeyring

from tests.gateways.keyrings import (
    AlteringKeyring,
    ForgetfulKeyring,
    GoodKeyring,
    HangingKeyring,
    LockedKeyring,
    PlainTextKeyring,
    StubbornKeyring,
)
from workmate_desktop.domain.secrets import (
    KeychainProblem,
    KeychainUnavailable,
    SecretPlace,
    SecretStore,
)
from workmate_desktop.gateways.secrets.keychain import SERVICE, Keychain

NAME = "stripe_secret_key"
SECRET = "sk_test_CanaryCanaryCanary4242"


def keychain(backend: object, limit: float = 3.0) -> Keychain:
    return Keychain("instance-1", open_backend=lambda: backend, limit=limit)  # type: ignore[arg-type, return-value]


def problem_of(store: Keychain, verb: str) -> KeychainProblem:
    with pytest.raises(KeychainUnavailable) as refused:
        store.set(NAME, SECRET) if verb == "set" else getattr(store, verb)(NAME)
    text = "".join(traceback.format_exception(refused.value)) + repr(refused.value.values)
    assert SECRET not in text
    assert refused.value.code == f"keychain_{refused.value.reason.value}"
    return refused.value.reason


def test_kept_read_forgotten() -> None:
    backend = GoodKeyring()
    store: SecretStore = keychain(backend)
    assert (store.place, store.get(NAME)) == (SecretPlace.KEYRING, None)
    store.set(NAME, SECRET)
    assert backend.kept == {(SERVICE, f"instance-1/{NAME}"): SECRET}
    assert store.get(NAME) == SECRET
    store.set(NAME, "another")
    assert store.get(NAME) == "another"
    store.delete(NAME)
    store.delete(NAME)
    assert (store.get(NAME), backend.kept) == (None, {})


def test_two_installations_do_not_see_each_other() -> None:
    backend = GoodKeyring()
    one = Keychain("instance-1", open_backend=lambda: backend)
    other = Keychain("instance-2", open_backend=lambda: backend)
    one.set(NAME, SECRET)
    assert other.get(NAME) is None


def test_an_empty_secret_is_not_kept() -> None:
    with pytest.raises(ValueError, match="deleted"):
        keychain(GoodKeyring()).set(NAME, "")


@pytest.mark.parametrize("verb", ["get", "set", "delete"])
def test_j1_no_keyring(verb: str) -> None:
    none = FailKeyring()  # type: ignore[no-untyped-call]
    assert problem_of(keychain(none), verb) is KeychainProblem.NO_BACKEND


@pytest.mark.parametrize("verb", ["get", "set", "delete"])
def test_j1_keyring_whose_bus_is_gone(verb: str) -> None:
    broken = LockedKeyring(ConnectionRefusedError(f"no bus for {SECRET}"))
    assert problem_of(keychain(broken), verb) is KeychainProblem.NO_BACKEND


def test_j1_looking_for_a_keyring_fails() -> None:
    def no_bus() -> GoodKeyring:
        raise RuntimeError(f"No backend {SECRET}")

    store = Keychain("instance-1", open_backend=no_bus)
    assert problem_of(store, "get") is KeychainProblem.NO_BACKEND


@pytest.mark.parametrize("verb", ["get", "set", "delete"])
@pytest.mark.parametrize(
    "error",
    [errors.KeyringLocked(SECRET), errors.InitError(SECRET), errors.PasswordSetError(SECRET)],
    ids=lambda error: type(error).__name__,
)
def test_j2_locked(verb: str, error: Exception) -> None:
    assert problem_of(keychain(LockedKeyring(error)), verb) is KeychainProblem.LOCKED


@pytest.mark.parametrize("backend", [ForgetfulKeyring, AlteringKeyring])
def test_j3_keyring_that_forgets(backend: type[GoodKeyring]) -> None:
    assert problem_of(keychain(backend()), "set") is KeychainProblem.FORGETS


def test_j3_keyring_that_does_not_let_go() -> None:
    backend = StubbornKeyring()
    keychain(backend).set(NAME, SECRET)
    assert problem_of(keychain(backend), "delete") is KeychainProblem.FORGETS


@pytest.fixture
def hanging() -> Iterator[HangingKeyring]:
    backend = HangingKeyring()
    yield backend
    backend.released.set()


@pytest.mark.parametrize("verb", ["get", "set", "delete"])
def test_j4_keyring_that_hangs(hanging: HangingKeyring, verb: str) -> None:
    assert problem_of(keychain(hanging, limit=0.2), verb) is KeychainProblem.HANGS


def test_j4_looking_for_a_keyring_hangs(hanging: HangingKeyring) -> None:
    def looking() -> GoodKeyring:
        hanging.released.wait()
        return hanging

    store = Keychain("instance-1", open_backend=looking, limit=0.2)
    assert problem_of(store, "get") is KeychainProblem.HANGS


def test_j4_a_hanging_call_holds_up_no_other(hanging: HangingKeyring) -> None:
    backends: list[GoodKeyring] = [hanging, GoodKeyring()]
    store = Keychain("instance-1", open_backend=lambda: backends[0], limit=1.0)
    for _ in range(2):
        assert problem_of(store, "get") is KeychainProblem.HANGS
    backends.pop(0)  # KeePassXC was set right meanwhile
    assert store.get(NAME) is None


@pytest.mark.parametrize("backend", [PlainTextKeyring, NullKeyring])
@pytest.mark.parametrize("verb", ["get", "set", "delete"])
def test_insecure_keyrings_are_refused(backend: type, verb: str) -> None:
    made = backend()
    assert problem_of(keychain(made), verb) is KeychainProblem.INSECURE
    assert getattr(made, "kept", {}) == {}


class Chain(ChainerBackend):
    """A chain of given keyrings instead of all that are installed."""

    backends: tuple[GoodKeyring, ...] = ()
    priority = 10


def test_of_a_chain_only_the_safe_link_is_used() -> None:
    plain, good = PlainTextKeyring(), GoodKeyring()
    chain = Chain()  # type: ignore[no-untyped-call]
    chain.backends = (plain, good)
    keychain(chain).set(NAME, SECRET)
    assert (plain.kept, len(good.kept)) == ({}, 1)


def test_a_chain_without_a_safe_link_is_refused() -> None:
    chain = Chain()  # type: ignore[no-untyped-call]
    chain.backends = (PlainTextKeyring(),)
    assert problem_of(keychain(chain), "set") is KeychainProblem.INSECURE
