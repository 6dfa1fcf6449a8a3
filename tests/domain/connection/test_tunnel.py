"""The address that staff paste, and the token that no text shows."""

import pytest

from workmate_desktop.domain.connection.tunnel import TunnelSettings, host_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("name.ngrok-free.dev", "name.ngrok-free.dev"),
        (" https://Name.ngrok-free.dev/ ", "name.ngrok-free.dev"),
        ("", None),
        ("name", None),
        ("http://name.ngrok-free.dev", None),
        ("name.ngrok-free.dev:80", None),
        ("name.ngrok-free.dev/path", None),
        ("a b.dev", None),
        ("-a.dev", None),
        ("<b>.dev", None),
        ("a@b.dev", None),
        ("näme.ngrok-free.dev", None),
        ("127.0.0.1", None),
    ],
)
def test_a_domain_is_a_bare_name(text: str, name: str | None) -> None:
    assert host_name(text) == name


def test_the_token_is_in_no_text() -> None:
    assert "canary" not in f"{TunnelSettings('canary')!r} {TunnelSettings('canary')}"
