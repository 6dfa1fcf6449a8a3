"""Signing secrets while they are rolled: old and new are valid until the time Stripe gives."""

from datetime import datetime, timedelta

import pytest

from tests.factories import NOON, event_body
from tests.services.connection.endpoint_rig import PUBLIC, Rig, code_of
from tests.standins.stripe_api import PUBLISHABLE_KEY
from tests.waiting import PATIENCE
from workmate_desktop.services.connection.stripe_setup import fingerprint


def roll(rig: Rig, secret: str, until: datetime) -> None:
    """A new secret; the old ones stay valid `until` then."""
    old = [fingerprint(one) for one in rig.setup.keys.webhook_secrets]
    rig.setup.keep_signing_secret(secret, retire=old, until=until)


def test_a12_rolled_in_the_dashboard_both_secrets_are_valid_until_stripe_says(rig: Rig) -> None:
    state = rig.keeper.ensure(PUBLIC)
    [old] = rig.setup.keys.webhook_secrets
    new = rig.stripe.roll_secret(state.id, valid_for=86_400)
    roll(rig, new, NOON + timedelta(days=1))
    rig.restart()
    assert rig.setup.keys.webhook_secrets == (new, old)
    assert rig.receives(event_body()) == [200]
    rig.clock.set(NOON + timedelta(hours=23, minutes=59))
    assert rig.setup.keys.webhook_secrets == (new, old)
    rig.clock.set(NOON + timedelta(days=1))
    assert rig.setup.keys.webhook_secrets == (new,)
    assert rig.receives(event_body()) == [200]
    rig.restart()
    assert rig.setup.keys.webhook_secrets == (new,)


def test_the_end_of_the_old_secret_is_judged_by_stripes_clock(rig: Rig) -> None:
    rig.setup.keep_signing_secret("whsec_old1")
    roll(rig, "whsec_new1", NOON + timedelta(hours=1))
    rig.clock.pc_is_ahead = 7200
    rig.clock.set(NOON)
    rig.clock.note_stripe_time(NOON)
    assert rig.setup.keys.webhook_secrets == ("whsec_new1", "whsec_old1")


def test_a_secret_entered_by_hand_is_valid_without_limit(rig: Rig) -> None:
    rig.setup.keep_signing_secret("whsec_old1")
    roll(rig, "whsec_new1", NOON + timedelta(hours=1))
    rig.setup.save(PUBLISHABLE_KEY, None, "whsec_old1")
    rig.restart()
    rig.clock.set(NOON + timedelta(days=1))
    assert rig.setup.keys.webhook_secrets == ("whsec_old1",)


def test_renewed_by_the_program_the_old_secret_stays_for_an_hour(rig: Rig) -> None:
    first = rig.keeper.ensure(PUBLIC)
    [old] = rig.setup.keys.webhook_secrets
    second = rig.keeper.ensure(PUBLIC, renew=True)
    assert (second.created, second.strays_removed) == (True, 1)
    assert [e["id"] for e in rig.at_stripe()] == [second.id] != [first.id]
    new = rig.stripe._account.endpoint_secrets[second.id]
    assert rig.setup.keys.webhook_secrets == (new, old)
    rig.clock.set(NOON + timedelta(hours=1))
    assert rig.setup.keys.webhook_secrets == (new,)


@pytest.mark.parametrize("text", ["[]", "{", '{"a": 1}', '{"a": "x"}', "null"])
def test_j17_tampered_times_of_old_secrets(rig: Rig, text: str) -> None:
    rig.setup.keep_signing_secret("whsec_new1")
    rig.office.writer.submit(
        lambda t: t.settings.set("stripe.old_webhook_secrets_until", text)
    ).result(PATIENCE)
    rig.restart()
    assert rig.setup.keys.webhook_secrets == ("whsec_new1",)


def test_a_secret_without_its_form_is_refused(rig: Rig) -> None:
    assert code_of(rig.setup.keep_signing_secret, "sk_test_1234") == "key_invalid"
    assert rig.setup.keys.webhook_secrets == ()
