"""German words for how money came. Without Qt, for e-mails.

https://docs.stripe.com/api/charges/object#charge_object-payment_method_details-type
"""

from functools import cache

from workmate_desktop.domain.payments.payments import BANK_TRANSFER, CASH
from workmate_desktop.words.words import translate


def _tr(text: str) -> str:
    return translate("methods", text)


@cache
def method_name(method: str) -> str:
    """How money came, in a word; a name that has no translation is shown as its owner writes it."""
    known = {
        BANK_TRANSFER: _tr("Überweisung"),
        CASH: _tr("Bar"),
        "card": _tr("Karte"),
        "card_present": _tr("Karte (vor Ort)"),
        "interac_present": _tr("Karte (vor Ort)"),
        "sepa_debit": _tr("SEPA-Lastschrift"),
        "bacs_debit": _tr("Bacs-Lastschrift"),
        "au_becs_debit": _tr("BECS-Lastschrift"),
        "nz_bank_account": _tr("Lastschrift (Neuseeland)"),
        "acss_debit": _tr("Lastschrift (Kanada)"),
        "us_bank_account": _tr("Lastschrift (USA)"),
        "customer_balance": _tr("Überweisung"),
        "sepa_credit_transfer": _tr("Überweisung"),
        "sofort": _tr("Sofortüberweisung"),
        "stripe": _tr("Stripe"),
    }
    return known.get(method) or _NAMES.get(method, method) or _tr("Zahlung")


_NAMES = {
    "link": "Link",
    "paypal": "PayPal",
    "klarna": "Klarna",
    "affirm": "Affirm",
    "afterpay_clearpay": "Clearpay",
    "alipay": "Alipay",
    "alma": "Alma",
    "amazon_pay": "Amazon Pay",
    "apple_pay": "Apple Pay",
    "bancontact": "Bancontact",
    "billie": "Billie",
    "bizum": "Bizum",
    "blik": "BLIK",
    "cashapp": "Cash App Pay",
    "eps": "eps",
    "fpx": "FPX",
    "giropay": "giropay",
    "google_pay": "Google Pay",
    "grabpay": "GrabPay",
    "ideal": "iDEAL",
    "kakao_pay": "Kakao Pay",
    "mb_way": "MB WAY",
    "mobilepay": "MobilePay",
    "multibanco": "Multibanco",
    "oxxo": "OXXO",
    "p24": "Przelewy24",
    "pay_by_bank": "Pay by Bank",
    "payco": "PAYCO",
    "paynow": "PayNow",
    "pix": "Pix",
    "promptpay": "PromptPay",
    "revolut_pay": "Revolut Pay",
    "samsung_pay": "Samsung Pay",
    "satispay": "Satispay",
    "scalapay": "Scalapay",
    "swish": "Swish",
    "twint": "TWINT",
    "wechat_pay": "WeChat Pay",
    "wero": "Wero",
    "zip": "Zip",
}
"""Names of their own, the same in every language."""
