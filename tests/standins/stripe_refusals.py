"""How Stripe says no: the JSON of its errors, with its own wording.

https://docs.stripe.com/api/errors
"""

from typing import Any


class Refusal(Exception):
    """An error answer: `status` and the object under `error`."""

    def __init__(self, status: int, kind: str, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"type": kind, "message": message, **fields}


def invalid(message: str, *, status: int = 400, **fields: Any) -> Refusal:
    return Refusal(status, "invalid_request_error", message, **fields)


def missing(param: str) -> Refusal:
    return invalid(f"Missing required param: {param}.", param=param, code="parameter_missing")


def unknown_parameters(names: list[str]) -> Refusal:
    word = "parameter" if len(names) == 1 else "parameters"
    return invalid(
        f"Received unknown {word}: {', '.join(names)}", param=names[0], code="parameter_unknown"
    )


def no_such(kind: str, object_id: str) -> Refusal:
    return invalid(
        f"No such {kind}: '{object_id}'",
        status=404 if object_id else 400,
        param="id",
        code="resource_missing",
    )


def no_key() -> Refusal:
    return invalid("You did not provide an API key.", status=401)


def wrong_key(key: str) -> Refusal:
    return invalid(f"Invalid API Key provided: {masked(key)}", status=401)


def expired_key(key: str) -> Refusal:
    return invalid(f"Expired API Key provided: {masked(key)}", status=401, code="api_key_expired")


def no_right(key: str, account: str, right: str) -> Refusal:
    return invalid(
        f"The provided key '{masked(key)}' does not have the required permissions for this "
        f"endpoint on account '{account}'. Having the '{right}' permission would allow this "
        "request to continue.",
        status=403,
    )


def other_parameters(idempotency_key: str) -> Refusal:
    return Refusal(
        400,
        "idempotency_error",
        "Keys for idempotent requests can only be used with the same parameters they were first "
        f"used with. Try using a key other than '{idempotency_key}' if you meant to execute a "
        "different request.",
    )


def declined(code: str, decline_code: str | None, message: str, **fields: Any) -> Refusal:
    if decline_code is not None:
        fields["decline_code"] = decline_code
    return Refusal(402, "card_error", message, code=code, **fields)


def masked(key: str) -> str:
    """As Stripe does it: the prefix, stars, the last four characters."""
    return f"{key[:8]}{'*' * max(len(key) - 12, 0)}{key[-4:]}"
