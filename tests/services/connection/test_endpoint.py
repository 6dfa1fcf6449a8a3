"""The webhook endpoint at Stripe: made once, its secret kept, others' never touched."""

import threading

import pytest

from tests.factories import event_body
from tests.services.connection.endpoint_rig import PUBLIC, Rig, Secrets, code_of
from tests.standins.stripe_api import LIVE_KEY, PUBLISHABLE_KEY, SECRET_KEY, Key
from tests.standins.stripe_http import Fault
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.domain.stripe.events import SUBSCRIBED_TYPES
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.services.connection.endpoint import webhook_url
from workmate_desktop.services.connection.stripe_setup import WEBHOOK_SECRET, GivenKeys

RESTRICTED = "rk_test_StandIn0000000000007777"
BY_HAND = "whsec_enteredByHand"


def test_created_with_exactly_our_events_and_its_secret_kept(rig: Rig) -> None:
    state = rig.keeper.ensure(PUBLIC)
    assert state.created and state.enabled and state.complete
    [endpoint] = rig.at_stripe()
    assert (endpoint["id"], endpoint["url"]) == (state.id, PUBLIC + WEBHOOK_PATH)
    assert endpoint["enabled_events"] == list(SUBSCRIBED_TYPES)
    assert endpoint["metadata"] == {"workmate_instance": rig.office.instance_id}
    rig.restart()
    assert rig.setup.keys.webhook_secrets == (rig.stripe._account.endpoint_secrets[state.id],)
    assert rig.receives(event_body()) == [200]


def test_the_second_time_changes_nothing(rig: Rig) -> None:
    first = rig.keeper.ensure(PUBLIC)
    rig.restart()
    asked = len(rig.stripe.asked)
    again = rig.keeper.ensure(PUBLIC + "/")
    assert (again.id, again.created, again.updated) == (first.id, False, False)
    assert [a.method for a in rig.stripe.asked[asked:]] == ["GET"]


def test_h4_address_changed_same_endpoint_same_secret(rig: Rig) -> None:
    first = rig.keeper.ensure(PUBLIC)
    secrets = rig.setup.keys.webhook_secrets
    moved = rig.keeper.ensure("https://moved.ngrok-free.dev")
    assert (moved.id, moved.updated) == (first.id, True)
    assert moved.url == "https://moved.ngrok-free.dev" + WEBHOOK_PATH
    assert len(rig.at_stripe()) == 1
    assert rig.setup.keys.webhook_secrets == secrets


def test_events_changed_in_the_dashboard_are_set_right(rig: Rig) -> None:
    first = rig.keeper.ensure(PUBLIC)
    rig.api(SECRET_KEY, threading.Event()).call(
        lambda client: client.v1.webhook_endpoints.update(first.id, {"enabled_events": ["*"]})
    )
    look = rig.keeper.look(PUBLIC)
    assert look is not None and not look.complete
    assert rig.keeper.ensure(PUBLIC).updated
    assert rig.at_stripe()[0]["enabled_events"] == list(SUBSCRIBED_TYPES)


def test_g12_endpoint_disabled_is_told_and_enabled_with_one_call(rig: Rig) -> None:
    first = rig.keeper.ensure(PUBLIC)
    assert rig.notices() == []
    rig.stripe.disable_endpoint(first.id)
    look = rig.keeper.look(PUBLIC)
    assert look is not None and not look.enabled
    assert not rig.keeper.ensure(PUBLIC).enabled, "reported, not enabled behind anyone's back"
    assert rig.notices() == ["endpoint_disabled"]
    assert rig.keeper.enable().enabled
    assert rig.at_stripe()[0]["status"] == "enabled"
    look = rig.keeper.look(PUBLIC)
    assert look is not None and look.enabled


def test_enable_without_an_endpoint(rig: Rig) -> None:
    assert code_of(rig.keeper.enable) == "endpoint_missing"
    assert rig.keeper.look() is None


def test_a_lost_answer_leaves_a_stray_that_is_replaced(rig: Rig) -> None:
    rig.lose_answers_to_posts()
    assert code_of(rig.keeper.ensure, PUBLIC) == "stripe_no_net"
    rig.lose_answers_to_posts(False)
    [stray] = rig.at_stripe()
    assert rig.setup.keys.webhook_secrets == ()
    rig.restart()
    state = rig.keeper.ensure(PUBLIC)
    assert (state.created, state.strays_removed) == (True, 1)
    [endpoint] = rig.at_stripe()
    assert endpoint["id"] == state.id != stray["id"]


def test_own_strays_go_and_others_stay(rig: Rig) -> None:
    rig.others(3)
    rig.others(2, workmate_instance="another-installation")
    rig.others(2, workmate_instance=rig.office.instance_id)
    mine = {"workmate_instance": rig.office.instance_id}
    others = [e["id"] for e in rig.at_stripe() if e["metadata"] != mine]
    state = rig.keeper.ensure(PUBLIC)
    assert state.strays_removed == 2
    assert [e["id"] for e in rig.at_stripe()] == [state.id, *others]


def test_the_limit_of_16(rig: Rig) -> None:
    rig.others(16)
    assert code_of(rig.keeper.ensure, PUBLIC) == "endpoint_limit"
    assert len(rig.at_stripe()) == 16


def test_the_limit_of_16_with_a_stray_of_our_own(rig: Rig) -> None:
    rig.others(15)
    rig.others(1, workmate_instance=rig.office.instance_id)
    assert rig.keeper.ensure(PUBLIC).created
    assert len(rig.at_stripe()) == 16


def test_the_secret_was_lost(rig: Rig) -> None:
    """Entered over, or the keyring was emptied: a new endpoint takes its place."""
    first = rig.keeper.ensure(PUBLIC)
    rig.setup.save(PUBLISHABLE_KEY, None, BY_HAND)
    look = rig.keeper.look(PUBLIC)
    assert look is not None and not look.secret_known
    second = rig.keeper.ensure(PUBLIC)
    assert second.created and second.strays_removed == 1
    assert [e["id"] for e in rig.at_stripe()] == [second.id] != [first.id]
    told = rig.stripe._account.endpoint_secrets[second.id]
    assert rig.setup.keys.webhook_secrets == (told, BY_HAND), "what was entered stays valid"


def test_the_endpoint_was_deleted_in_the_dashboard(rig: Rig) -> None:
    first = rig.keeper.ensure(PUBLIC)
    rig.stripe.answer("DELETE", f"/v1/webhook_endpoints/{first.id}", "", SECRET_KEY, None)
    assert rig.keeper.look(PUBLIC) is None
    second = rig.keeper.ensure(PUBLIC)
    assert second.created and second.id != first.id


def test_a_keyring_that_refuses_leaves_nothing_behind(rig: Rig) -> None:
    rig.secrets.locked = True
    assert code_of(rig.keeper.ensure, PUBLIC) == "keychain_unavailable"
    assert rig.at_stripe() == []
    rig.secrets.locked = False
    assert rig.keeper.ensure(PUBLIC).created


def test_each_mode_has_its_own_endpoint(rig: Rig) -> None:
    test = rig.keeper.ensure(PUBLIC)
    rig.use_key(LIVE_KEY)
    live = rig.keeper.ensure(PUBLIC)
    assert live.created and live.id != test.id
    assert [e["id"] for e in rig.at_stripe(LIVE_KEY)] == [live.id]
    rig.use_key(SECRET_KEY)
    assert rig.keeper.ensure(PUBLIC).id == test.id


@pytest.mark.parametrize(
    ("rights", "missing"),
    [
        (set(), "rak_webhook_read"),
        ({"rak_webhook_read"}, "rak_webhook_write"),
    ],
)
def test_a_restricted_key_names_the_missing_right(rig: Rig, rights: set[str], missing: str) -> None:
    rig.stripe.keys[RESTRICTED] = Key(rights=frozenset(rights))
    rig.use_key(RESTRICTED)
    with pytest.raises(StripeRefused) as refused:
        rig.keeper.ensure(PUBLIC)
    assert (refused.value.kind, refused.value.right) == (StripeRefusal.NO_RIGHT, missing)


def test_a_restricted_key_with_both_rights(rig: Rig) -> None:
    rights = frozenset({"rak_webhook_read", "rak_webhook_write"})
    rig.stripe.keys[RESTRICTED] = Key(rights=rights)
    rig.use_key(RESTRICTED)
    assert rig.keeper.ensure(PUBLIC).created


@pytest.mark.parametrize("fault", [Fault.FOREIGN_JSON, Fault.CAPTIVE_PORTAL])
def test_h11_a_portal_is_not_stripe(rig: Rig, fault: Fault) -> None:
    rig.stripe.fail_next(fault)
    assert code_of(rig.keeper.ensure, PUBLIC) == "stripe_not_stripe"


def test_without_a_secret_key(rig: Rig) -> None:
    rig.secrets = Secrets()
    rig.restart()
    assert code_of(rig.keeper.ensure, PUBLIC) == "endpoint_no_key"


def test_a_secret_given_by_the_environment_is_not_replaced(rig: Rig) -> None:
    keeper = rig.new_keeper(rig.new_setup(GivenKeys(webhook_secrets=("whsec_given",))))
    assert code_of(keeper.ensure, PUBLIC) == "endpoint_secret_from_environment"
    assert rig.at_stripe() == []


@pytest.mark.parametrize(
    "address", ["", "http://office.example", "https://", "office.example", "https://x.example/?a=b"]
)
def test_only_a_public_https_address_will_do(rig: Rig, address: str) -> None:
    assert code_of(rig.keeper.ensure, address) == "endpoint_address"
    assert rig.stripe.asked == []


def test_the_address_of_the_webhook() -> None:
    assert webhook_url(" https://a.example/ ") == f"https://a.example{WEBHOOK_PATH}"


def test_no_secret_in_the_settings(rig: Rig) -> None:
    state = rig.keeper.ensure(PUBLIC)
    secret = rig.stripe._account.endpoint_secrets[state.id]
    for (value,) in rig.office.rows("SELECT value FROM settings"):
        assert secret not in value and "whsec_" not in value
    assert rig.secrets.get(WEBHOOK_SECRET) == secret
