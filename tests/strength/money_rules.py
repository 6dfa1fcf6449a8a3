"""Which files hold the rules of money: there a wrong sign loses, doubles or invents money."""

from tests.places import CHECKOUT

_PACKAGE = "workmate_desktop"
_DOMAIN = (
    "history invoices/closings invoices/invoices invoices/lists invoices/numbers"
    " invoices/owed payments/charges payments/links payments/money payments/payments"
    " payments/reversals reception/evidence reception/troubles review stripe/account"
    " stripe/amounts stripe/events stripe/webhook"
)
_SERVICES = (
    "booking/book booking/book_reversals booking/charges booking/crediting booking/decide"
    " booking/moving booking/named_twice booking/owed/credit_cover booking/owed/entries"
    " booking/owed/move_lines booking/owed/reversal_facts booking/owed/status booking/ownership"
    " booking/receive booking/refunds booking/reversal_news booking/reversal_places booking/review"
    " booking/running booking/staff_notice books catch_up/after_catch_up catch_up/catch_up"
    " catch_up/comparison"
    " catch_up/comparison_parts given_numbers invoices/invoicing invoices/money_by_hand"
    " pay_links/link_calls pay_links/pay pay_links/pay_keeper reception/reception upkeep/recount"
    " upkeep/seal_check"
)
_GATEWAYS = "gateways/stripe"


def money_files() -> list[str]:
    """Their paths from the checkout, sorted; a file that was renamed is missed at once."""
    found = [f"{_PACKAGE}/domain/{name}.py" for name in _DOMAIN.split()]
    found += [f"{_PACKAGE}/services/{name}.py" for name in _SERVICES.split()]
    missing = [name for name in found if not (CHECKOUT / name).exists()]
    if missing:
        raise FileNotFoundError(f"no rules of money there any more: {', '.join(missing)}")
    gateways = (
        path
        for path in (CHECKOUT / _PACKAGE / _GATEWAYS).glob("*.py")
        if path.name != "__init__.py"
    )
    return sorted([*found, *(path.relative_to(CHECKOUT).as_posix() for path in gateways)])
