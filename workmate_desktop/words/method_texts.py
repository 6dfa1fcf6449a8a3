"""German words for how money came. Without Qt, for e-mails.

https://docs.stripe.com/api/charges/object#charge_object-payment_method_details-type
"""

from functools import cache

from workmate_desktop.domain.payments.payments import BANK_TRANSFER, CASH
from workmate_desktop.words.language import _


@cache
def method_name(method: str) -> str:
    """How money came, in a word; a name that has no translation is shown as its owner writes it."""
    known = {
        BANK_TRANSFER: _("Überweisung"),
        CASH: _("Bar"),
        "card": _("Karte"),
        "card_present": _("Karte (vor Ort)"),
        "interac_present": _("Karte (vor Ort)"),
        "sepa_debit": _("SEPA-Lastschrift"),
        "bacs_debit": _("Bacs-Lastschrift"),
        "au_becs_debit": _("BECS-Lastschrift"),
        "nz_bank_account": _("Lastschrift (Neuseeland)"),
        "acss_debit": _("Lastschrift (Kanada)"),
        "us_bank_account": _("Lastschrift (USA)"),
        "customer_balance": _("Überweisung"),
        "sepa_credit_transfer": _("Überweisung"),
        "sofort": _("Sofortüberweisung"),
        "stripe": _("Stripe"),
    }
    return known.get(method) or _NAMES.get(method, method) or _("Zahlung")


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
