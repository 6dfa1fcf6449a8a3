"""Which files hold the rules of money: there a wrong sign loses, doubles or invents money."""

from tests.places import CHECKOUT

_PACKAGE = "workmate_desktop"
_DOMAIN = (
    "charges closings events evidence history invoices lists money numbers owed payment_links"
    " payments reversals review stripe_account stripe_amounts troubles webhook"
)
_SERVICES = (
    "after_catch_up book book_reversals books catch_up charges comparison comparison_parts"
    " credit_cover crediting decide given_numbers invoicing link_calls money_by_hand move_lines"
    " moving owed_entries ownership pay pay_keeper receive reception recount refunds"
    " reversal_facts reversal_news reversal_places review running seal_check status"
)
_GATEWAYS = "stripe_*"


def money_files() -> list[str]:
    """Their paths from the checkout, sorted; a file that was renamed is missed at once."""
    found = [f"{_PACKAGE}/domain/{name}.py" for name in _DOMAIN.split()]
    found += [f"{_PACKAGE}/services/{name}.py" for name in _SERVICES.split()]
    missing = [name for name in found if not (CHECKOUT / name).exists()]
    if missing:
        raise FileNotFoundError(f"no rules of money there any more: {', '.join(missing)}")
    gateways = (CHECKOUT / _PACKAGE / "gateways").glob(f"{_GATEWAYS}.py")
    return sorted([*found, *(path.relative_to(CHECKOUT).as_posix() for path in gateways)])
