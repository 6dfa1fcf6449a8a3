"""Every reason that Stripe may give for a failed payment has a sentence for staff.

The lists below are written down independently of ``resources/decline_codes.json``, from
Stripe's pages "Decline codes" (card and local payment methods), "Testing" and the outcome
reasons of Radar, so that a code forgotten there, or misspelt, is found here.
"""

import json
import re
from typing import Any, Literal, get_args, get_origin

import pytest

from tests.places import CHECKOUT

TABLE = CHECKOUT / "resources" / "decline_codes.json"

CARD_CODES = """
approve_with_id authentication_not_handled authentication_required call_issuer
card_not_supported card_velocity_exceeded currency_not_supported do_not_honor
do_not_try_again duplicate_transaction expired_card fraudulent generic_decline
incorrect_address incorrect_cvc incorrect_number incorrect_pin incorrect_zip
insufficient_funds invalid_account invalid_amount invalid_cvc invalid_expiry_month
invalid_expiry_year invalid_number invalid_pin issuer_not_available lost_card
merchant_blacklist mobile_device_authentication_required new_account_information_available
no_action_taken not_permitted offline_pin_required online_or_offline_pin_required pickup_card
pin_try_exceeded processing_error reenter_transaction restricted_card
revocation_of_all_authorizations revocation_of_authorization security_violation
service_not_allowed stolen_card stop_payment_order testmode_decline transaction_not_allowed
try_again_later withdrawal_count_limit_exceeded
""".split()

LOCAL_METHOD_CODES = """
card_already_activated compliance_violation currency_not_supported duplicate_transaction
expired_card expired_payment_information insufficient_funds invalid_amount
invalid_authorization invalid_billing_agreement invalid_business_account
invalid_customer_account invalid_payment_information invalid_track_data lost_or_stolen_card
partner_action_not_supported partner_duplicate_transaction partner_expired_card
partner_generic_decline partner_high_risk_customer partner_insufficient_funds
partner_invalid_amount partner_invalid_currency partner_payment_not_found
partner_processing_error payment_disputed payment_limit_exceeded processing_error
recurring_not_supported_by_bank
""".split()

# Seen in decline_code although Stripe's tables do not list them: test cards with live keys and
# the other way round, Radar's and Adaptive Acceptance's blocks, direct debits.
FURTHER_CODES = """
debit_not_authorized highest_risk_level live_mode_test_card previously_declined_do_not_retry
test_mode_live_card
""".split()

ERROR_CODES = """
account_closed account_number_invalid amount_too_large amount_too_small
authentication_required balance_insufficient bank_account_bad_routing_numbers
bank_account_declined bank_account_restricted bank_account_unusable bank_account_unverified
bank_account_verification_failed billing_invalid_mandate card_decline_rate_limit_exceeded
card_declined charge_exceeds_source_limit charge_exceeds_transaction_limit
debit_not_authorized expired_card expired_payment_method incorrect_address incorrect_cvc
incorrect_number incorrect_postal_code incorrect_zip insufficient_funds invalid_card_type
invalid_charge_amount invalid_cvc invalid_expiry_month invalid_expiry_year invalid_number
no_account payment_intent_action_required payment_intent_authentication_failure
payment_intent_incompatible_payment_method payment_intent_mandate_invalid
payment_intent_payment_attempt_expired payment_intent_payment_attempt_failed
payment_method_bank_account_blocked payment_method_billing_details_address_missing
payment_method_currency_mismatch payment_method_customer_decline
payment_method_not_available payment_method_provider_decline payment_method_provider_timeout
payment_method_restricted payment_method_unactivated payment_method_unsupported_type
postal_code_invalid processing_error rate_limit refer_to_customer request_blocked
routing_number_invalid sepa_unsupported_account setup_intent_authentication_failure
testmode_charges_only three_d_secure_authentication_not_supported
three_d_secure_authentication_upstream_error
""".split()

# Stripe asks not to tell the customer why: whoever holds a stolen card must not learn it.
CONFIDENTIAL = """
fraudulent highest_risk_level lost_card lost_or_stolen_card merchant_blacklist
partner_high_risk_customer pickup_card restricted_card stolen_card
""".split()


@pytest.fixture(scope="module")
def table() -> dict[str, Any]:
    """The resource file, refusing a code that is written twice."""

    def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), f"written twice in {names}"
        return dict(pairs)

    return json.loads(TABLE.read_text(encoding="utf-8"), object_pairs_hook=no_duplicates)


def every_sentence(table: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """All entries with their codes, the two fallbacks included."""
    return [
        *table["decline_codes"].items(),
        *table["error_codes"].items(),
        ("unknown", table["unknown"]),
        ("none", table["none"]),
    ]


def test_every_decline_code_of_stripe_has_a_sentence_and_no_other(table: dict[str, Any]) -> None:
    ours = set(table["decline_codes"])
    stripes = {*CARD_CODES, *LOCAL_METHOD_CODES, *FURTHER_CODES}
    assert stripes - ours == set(), "without a sentence"
    assert ours - stripes == set(), "not Stripe's"
    assert len(CARD_CODES) == 50  # the number of rows of Stripe's card table


def test_every_error_code_has_a_sentence_and_no_other(table: dict[str, Any]) -> None:
    assert set(table["error_codes"]) == set(ERROR_CODES)


def test_error_codes_are_codes_that_the_stripe_library_knows(table: dict[str, Any]) -> None:
    import stripe

    hint = stripe.PaymentIntent.LastPaymentError.__annotations__["code"]
    known = set(literals_in(hint))
    assert "card_declined" in known
    assert set(table["error_codes"]) - known == set()


def literals_in(hint: Any) -> list[str]:
    """The strings of every ``Literal`` inside a type hint."""
    if get_origin(hint) is Literal:
        return list(get_args(hint))
    return [text for part in get_args(hint) for text in literals_in(part)]


def test_each_entry_has_a_german_sentence_and_an_english_label(table: dict[str, Any]) -> None:
    for code, entry in every_sentence(table):
        assert set(entry) == {"de", "en"}, code
        german, english = entry["de"], entry["en"]
        assert german == german.strip() and german.endswith("."), code
        assert 20 <= len(german) <= 170, f"{code}: {len(german)} characters"
        assert english == english.strip() and 3 <= len(english) <= 45, code
        assert not english.endswith("."), code
        assert "<" not in german + english, code


def test_no_sentence_shows_a_raw_code(table: dict[str, Any]) -> None:
    for code, entry in every_sentence(table):
        words = re.sub(r"\{code\}", "", entry["de"] + entry["en"])
        assert "_" not in words, code
        assert "{" not in words, code


def test_confidential_reasons_say_so_and_only_they_do(table: dict[str, Any]) -> None:
    saying_so = {
        code
        for code, entry in table["decline_codes"].items()
        if "keinen Grund nennen" in entry["de"]
    }
    assert saying_so == set(CONFIDENTIAL)


def test_fallbacks(table: dict[str, Any]) -> None:
    assert "{code}" in table["unknown"]["de"]
    assert "{code}" in table["unknown"]["en"]
    assert "{" not in table["none"]["de"] + table["none"]["en"]


def test_the_words_of_the_product_description(table: dict[str, Any]) -> None:
    assert table["decline_codes"]["insufficient_funds"]["en"] == "Insufficient funds"
    assert "nicht genügend Deckung" in table["decline_codes"]["insufficient_funds"]["de"]
    assert "abgelaufen" in table["decline_codes"]["expired_card"]["de"]
