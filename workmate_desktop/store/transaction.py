"""What a job of the writer gets: the verbs of the store, all in one transaction."""

from functools import cached_property

from workmate_desktop.store.common.settings import SettingVerbs
from workmate_desktop.store.database.unit import Unit
from workmate_desktop.store.events.write import EventVerbs
from workmate_desktop.store.history.history import HistoryVerbs
from workmate_desktop.store.invoices.customers import CustomerVerbs
from workmate_desktop.store.invoices.numbers import NumberVerbs
from workmate_desktop.store.invoices.owed_entries import OwedVerbs
from workmate_desktop.store.invoices.write import InvoiceVerbs
from workmate_desktop.store.notify.mails import MailVerbs
from workmate_desktop.store.notify.notices import NoticeVerbs
from workmate_desktop.store.payments.charges import ChargeVerbs
from workmate_desktop.store.payments.links import PaymentLinkVerbs
from workmate_desktop.store.payments.money_times import TimeVerbs
from workmate_desktop.store.payments.moves import MoveVerbs
from workmate_desktop.store.payments.refunds import RefundVerbs
from workmate_desktop.store.payments.write import PaymentVerbs
from workmate_desktop.store.review.write import ReviewVerbs


class Transaction(Unit):
    """Verbs for services: what happens is decided there, how it is written stands here."""

    @cached_property
    def customers(self) -> CustomerVerbs:
        return CustomerVerbs(self)

    @cached_property
    def invoices(self) -> InvoiceVerbs:
        return InvoiceVerbs(self)

    @cached_property
    def numbers(self) -> NumberVerbs:
        return NumberVerbs(self)

    @cached_property
    def payments(self) -> PaymentVerbs:
        return PaymentVerbs(self)

    @cached_property
    def moves(self) -> MoveVerbs:
        return MoveVerbs(self)

    @cached_property
    def owed(self) -> OwedVerbs:
        return OwedVerbs(self)

    @cached_property
    def times(self) -> TimeVerbs:
        return TimeVerbs(self)

    @cached_property
    def payment_links(self) -> PaymentLinkVerbs:
        return PaymentLinkVerbs(self)

    @cached_property
    def charges(self) -> ChargeVerbs:
        return ChargeVerbs(self)

    @cached_property
    def refunds(self) -> RefundVerbs:
        return RefundVerbs(self)

    @cached_property
    def events(self) -> EventVerbs:
        return EventVerbs(self)

    @cached_property
    def history(self) -> HistoryVerbs:
        return HistoryVerbs(self)

    @cached_property
    def notices(self) -> NoticeVerbs:
        return NoticeVerbs(self)

    @cached_property
    def mails(self) -> MailVerbs:
        return MailVerbs(self)

    @cached_property
    def reviews(self) -> ReviewVerbs:
        return ReviewVerbs(self)

    @cached_property
    def settings(self) -> SettingVerbs:
        return SettingVerbs(self)
