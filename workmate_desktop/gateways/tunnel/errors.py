"""What ngrok says, as codes of ours; and the token taken out of it.

The codes come in three places: the agent's log when it cannot start, the body of its API when
it may not open the address, and the page that a visitor of the public address gets.
"""

import re

CODES = {
    "105": "tunnel_token_wrong",  # not even formed like a token
    "107": "tunnel_token_wrong",  # formed well, but unknown or revoked
    "4018": "tunnel_token_wrong",  # none arrived
    "108": "tunnel_other_agent",
    "334": "tunnel_domain_in_use",
    "320": "tunnel_domain_foreign",
    "121": "tunnel_agent_old",
    "3200": "tunnel_offline",
    "8012": "tunnel_listener_unreachable",
    "727": "tunnel_quota",  # requests of the month
    "4027": "tunnel_quota",  # traffic of the month
}
"""Number in ERR_NGROK_… → code with a sentence in words/messages.py."""

_NUMBER = re.compile(r"ERR_NGROK_(\d+)")
_TOKEN_LINE = re.compile(r"(authtoken:?)([\s\"'=]|\\n)+[^\s\"'\\]+", re.IGNORECASE)
_TOKEN_LIKE = re.compile(r"\b(?:cr_)?[A-Za-z0-9]{20,}_[A-Za-z0-9_]{15,}")


def code_of(text: str) -> str | None:
    """The code for what ngrok wrote (log line, API body, page); None when it says nothing clear.

    A number without a sentence of its own is `tunnel_refused`.
    """
    found = _NUMBER.search(text)
    if found is not None:
        return CODES.get(found[1], "tunnel_refused")
    if "x509:" in text or "certificate" in text:
        return "tunnel_intercepted"
    return None


def masked(text: str, token: str = "") -> str:
    """`text` in one line without any token, for the log: errors 105 and 107 repeat it."""
    if token:
        text = text.replace(token, "…")
    text = _TOKEN_LIKE.sub("…", _TOKEN_LINE.sub(r"\1 …", text))
    return " ".join(text.replace("\\r", " ").replace("\\n", " ").split())[:500]
