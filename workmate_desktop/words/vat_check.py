"""Whether a VAT id can be right: form and check digit, country by country. Without Qt.

The rules are those of python-stdnum; it is imported with the first id that is looked at. That an
id exists and belongs to the customer only the tax office knows.
"""

from enum import StrEnum

from workmate_desktop.domain.invoices.vat_ids import (
    EXAMPLES,
    country_of_vat_id,
    prefix_of,
    tidy_vat_id,
)


class VatProblem(StrEnum):
    """Why an id cannot be right."""

    FORM = "form"
    CHECK_DIGIT = "check_digit"


def read_vat_id(text: str, country: str) -> tuple[str, str | None, VatProblem | None]:
    """The id as it is kept, the country whose rules it was held against, and what is wrong.

    `country` is that of the address. An id may be of another one; without letters in front it is
    of this one, and gets them. Ids of countries not known here are taken as they are.
    """
    tidy = tidy_vat_id(text)
    if tidy.startswith("GR"):
        tidy = f"EL{tidy[2:]}"  # as the European Union writes it
    if not tidy:
        return "", None, None
    named = country_of_vat_id(tidy)
    if named is None and country in EXAMPLES:
        whole = prefix_of(country) + tidy
        problem = _problem(whole, country)
        # Of something that is no number of this country, show it as it was typed.
        return (whole if problem is None else tidy), country, problem
    if named is None:
        odd = not tidy.isascii() or not tidy.isalnum() or not any(map(str.isdigit, tidy))
        return tidy, None, VatProblem.FORM if odd else None
    return tidy, named, _problem(tidy, named)


def _problem(tidy: str, country: str) -> VatProblem | None:
    from stdnum import exceptions
    from stdnum.ch import uid
    from stdnum.eu import vat
    from stdnum.gb import vat as british
    from stdnum.no import mva

    try:
        if country == "CH":
            uid.validate(_without_suffix(tidy))
        elif country == "NO":
            mva.validate(tidy)
        elif country == "GB":
            british.validate(tidy.removeprefix("XI"))
        else:
            vat.validate(tidy)
    except exceptions.InvalidChecksum:
        return VatProblem.CHECK_DIGIT
    except exceptions.ValidationError:
        return VatProblem.FORM
    return None


def _without_suffix(tidy: str) -> str:
    """A Swiss id may say in which language it is one of VAT."""
    for words in ("MWST", "TVA", "IVA", "TPV"):
        if tidy.endswith(words):
            return tidy.removesuffix(words)
    return tidy
