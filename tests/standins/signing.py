"""Stripe's signature, made with hmac directly: never with the code under test.

https://docs.stripe.com/webhooks/signature
"""

import hashlib
import hmac


def signature(body: bytes, secret: str, at: float) -> str:
    """The `v1` value for `body` signed with `secret` at `at` (seconds since 1970)."""
    signed = f"{int(at)}.".encode() + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def signature_header(body: bytes, secret: str, at: float, *more: str) -> str:
    """The whole `Stripe-Signature` header; `more` are the secrets that sign while one is rolled."""
    signed = ",".join(f"v1={signature(body, one, at)}" for one in (secret, *more))
    return f"t={int(at)},{signed}"
