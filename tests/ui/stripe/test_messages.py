"""No error without a German sentence: all codes are read from the source itself."""

import ast
import re

import pytest

from tests.places import PACKAGE
from workmate_desktop.domain.errors import Bug, UserError
from workmate_desktop.domain.secrets import KeychainProblem, KeychainUnavailable
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.domain.stripe.keys import KeyProblem
from workmate_desktop.store.database.errors import StoreTrouble
from workmate_desktop.words.key_messages import KeyKind, key_problem_sentence
from workmate_desktop.words.messages import error_sentence, program_fault, trouble_message

FAULT = program_fault()


def _codes_in_source() -> set[str]:
    """Every literal code given to UserError or _refusal anywhere in the program."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") in ("UserError", "_refusal")
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str)
            ):
                found.add(node.args[0].value)
    return found


def test_the_source_is_really_read() -> None:
    assert {"reason_missing", "simulation_no_secret", "database_missing"} <= _codes_in_source()


@pytest.mark.parametrize("code", sorted(_codes_in_source()))
def test_every_code_has_words(code: str) -> None:
    values = {"field": "secret", "problem": "empty", "reason": "locked"}
    assert error_sentence(UserError(code, **values)) != FAULT


@pytest.mark.parametrize("kind", StripeRefusal)
def test_every_refusal_of_stripe_has_words(kind: StripeRefusal) -> None:
    message = error_sentence(StripeRefused(kind))
    assert message != FAULT
    assert message.sentence.endswith(".")


def test_a_missing_right_is_named() -> None:
    message = error_sentence(StripeRefused(StripeRefusal.NO_RIGHT, right="rak_event_read"))
    assert "rak_event_read" in message.sentence


@pytest.mark.parametrize("problem", KeychainProblem)
def test_every_trouble_of_the_keyring_has_words(problem: KeychainProblem) -> None:
    direct = error_sentence(KeychainUnavailable(problem))
    assert direct != FAULT
    assert direct == error_sentence(UserError("keychain_unavailable", reason=problem.value))


@pytest.mark.parametrize("trouble", StoreTrouble)
def test_every_trouble_of_the_database_has_words(trouble: StoreTrouble) -> None:
    assert trouble_message(trouble.value) is not None


@pytest.mark.parametrize("field", ["customer", "items", "description", "due_date", "total"])
def test_every_gap_of_a_draft_is_told_apart(field: str) -> None:
    general = error_sentence(UserError("draft_incomplete", field="else"))
    assert error_sentence(UserError("draft_incomplete", field=field)) != general


@pytest.mark.parametrize("kind", KeyKind)
@pytest.mark.parametrize("problem", KeyProblem)
def test_every_problem_of_a_key_has_words(kind: KeyKind, problem: KeyProblem) -> None:
    sentence = key_problem_sentence(kind, problem)
    assert re.search(r"[.:!]$|\.$", sentence)
    error = UserError("key_invalid", field=kind.value, problem=problem.value)
    assert error_sentence(error).sentence == sentence


def test_what_is_no_user_error_is_a_fault_of_the_program() -> None:
    assert error_sentence(Bug("x")) == FAULT
    assert error_sentence(ValueError("sk_test_secret")) == FAULT
    assert error_sentence(UserError("never_heard_of")) == FAULT
    assert "sk_test" not in " ".join(FAULT)
