"""WorkmateOS Desktop: invoices that turn Bezahlt by themselves, through Stripe."""

__version__ = "0.1.0"
