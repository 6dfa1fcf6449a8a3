"""What is fixed about the webhook: its path, its usual port, and how large a message may be."""

from typing import Final

WEBHOOK_PATH: Final = "/api/backoffice/finance/stripe/webhook"
"""The one path Stripe posts to; the same as in the original system."""

DEFAULT_PORT: Final = 8000
"""The port on 127.0.0.1 that is tried first."""

MAX_BODY_BYTES: Final = 1024 * 1024
"""Largest accepted request body; the largest legal event of our two types is 630 kB."""
