"""The invented office of the demo: a small IT service, its customers and four months of work.

Data only. All days are counted back from the day of the start, so that the demo is always of
today; services/demo/office.py lets it happen. E-mail addresses end in `.example` and reach nobody.
"""

from dataclasses import dataclass
from decimal import Decimal

from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import InvoiceItem
from workmate_desktop.domain.payments.payments import BANK_TRANSFER, CASH
from workmate_desktop.domain.stripe.events import Source

FIRST_NUMBER = 79
"""The running number of the oldest invoice: the office works longer than the demo tells."""

ACTOR = "Jana Köhler"


@dataclass(frozen=True, slots=True)
class When:
    """`days_ago` at `time` in the office; or, where `hours_ago` is given, so long before now."""

    days_ago: int = 0
    time: str = "12:00"
    hours_ago: float | None = None


@dataclass(frozen=True, slots=True)
class Paid:
    """Stripe says that money came: `minor`, or all that is owed.

    `seen`: when the program heard of it, if later than it happened (the PC was off).
    `twice`: Stripe tells the same payment a second time, as another event.
    """

    at: When
    minor: int | None = None
    method: str = "card"
    intent: int = 1
    seen: When | None = None
    twice: bool = False

    @property
    def source(self) -> Source:
        """A payment that was heard of later was fetched."""
        return Source.CATCH_UP if self.seen else Source.WEBHOOK


@dataclass(frozen=True, slots=True)
class Failed:
    """Stripe says that an attempt to pay failed."""

    at: When
    decline_code: str
    failure_code: str = "card_declined"
    intent: int = 1


@dataclass(frozen=True, slots=True)
class Entered:
    """Staff enter money by hand: `minor`, or the whole total. `skonto`: the rest is Skonto."""

    at: When
    method: str = BANK_TRANSFER
    minor: int | None = None
    note: str = ""
    skonto: bool = False


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Staff gave money back by transfer."""

    at: When
    minor: int
    reason: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Staff cancel the invoice."""

    at: When
    reason: str


Step = Paid | Failed | Entered | GivenBack | Cancelled


@dataclass(frozen=True, slots=True)
class Plan:
    """One invoice and what became of it. Without `issued` it is still a draft."""

    customer: str
    days_ago: int
    items: tuple[InvoiceItem, ...]
    steps: tuple[Step, ...] = ()
    due_days: int = 14
    note: str = ""
    issued: bool = True


@dataclass(frozen=True, slots=True)
class Stray:
    """Money that waits in Klärung nötig. The event names the newest issued invoice of
    `customer`; None names none."""

    at: When
    minor: int
    currency: str = "eur"
    customer: str | None = None


def _item(text: str, quantity: str, unit: str, price_minor: int, rate: int = 19) -> InvoiceItem:
    return InvoiceItem(text, Decimal(quantity), unit, price_minor, Decimal(rate))


def _on_site(hours: str) -> InvoiceItem:
    return _item("IT-Wartung vor Ort", hours, "Std.", 10000)


def _remote(hours: str) -> InvoiceItem:
    return _item("Fernwartung", hours, "Std.", 8400)


def _day(days_ago: int, time: str) -> When:
    return When(days_ago, time)


def _ago(hours: float) -> When:
    return When(hours_ago=hours)


_WEBSITE = _item("Pflege der Website, Pauschale je Monat", "1", "Monat", 14500)
_BACKUP = _item("Datensicherung in Rechenzentrum Frankfurt", "3", "Monat", 3900)
_MAIL = _item("E-Mail-Postfach 50 GB", "8", "Monat", 650)
_NOTEBOOK = _item("Notebook 14 Zoll, 32 GB, einschließlich Einrichtung", "1", "Stück", 129000)
_ROUTER = _item("Router mit LTE-Ausfallschutz", "1", "Stück", 28900)
_BOOK = _item("Handbuch „Datenschutz im Alltag“, gedruckt", "3", "Stück", 2490, 7)
_PHOTOS = _item("Nutzungsrecht an Fotos für die Website", "12", "Bild", 1850, 7)
_TRAVEL = _item("Anfahrt", "38.5", "km", 70)


def _customer(name: str, street: str, postal_code: str, city: str, mail: str) -> Customer:
    return Customer("", name, f"{mail}.example", street, postal_code, city)


CUSTOMERS = {
    "lindner": _customer(
        "Bäckerei Lindner GmbH", "Marktplatz 3", "53343", "Wachtberg", "buero@baeckerei-lindner"
    ),
    "aydin": _customer("Praxis Dr. Aydin", "Kaiserstraße 41", "53113", "Bonn", "praxis@aydin"),
    "voss": _customer(
        "Kanzlei Voß & Partner", "Am Hofgarten 8", "53113", "Bonn", "rechnung@voss-partner"
    ),
    "kraemer": _customer(
        "Tischlerei Krämer", "Mühlenweg 17", "53501", "Grafschaft", "werkstatt@kraemer"
    ),
    "sonnenhang": _customer(
        "Weingut Sonnenhang", "Rotweinstraße 52", "53506", "Rech", "keller@sonnenhang"
    ),
    "becker": _customer(
        "Fahrschule Becker", "Bahnhofstraße 2", "53474", "Ahrweiler", "info@becker"
    ),
    "rheinblick": _customer(
        "Hotel Rheinblick", "Rheinallee 90", "53424", "Remagen", "buchhaltung@rheinblick"
    ),
    "jansen": _customer("Optik Jansen e. K.", "Poststraße 11", "53111", "Bonn", "laden@jansen"),
    "blum": _customer("Gärtnerei Blum", "Feldstraße 29", "53347", "Alfter", "hof@blum"),
    "wirth": _customer(
        "Autohaus Wirth GmbH", "Industriestraße 5", "53359", "Rheinbach", "einkauf@wirth"
    ),
    "morgenrot": _customer("Café Morgenrot", "Breite Straße 60", "53111", "Bonn", "cafe@morgenrot"),
    "hahn": _customer("Steuerbüro Hahn", "Weberstraße 14", "53113", "Bonn", "kanzlei@hahn"),
    "muessig": _customer(
        "Malerbetrieb Müßig & Söhne", "Gartenweg 6", "53340", "Meckenheim", "buero@muessig"
    ),
    "loewen": _customer("Löwen-Apotheke", "Markt 22", "53474", "Ahrweiler", "team@loewen"),
    "oeztuerk": _customer(
        "Zahnarztpraxis Dr. Öztürk", "Sternstraße 35", "53111", "Bonn", "empfang@oeztuerk"
    ),
    "groesser": _customer(
        "Buchhandlung Größer", "Friedrichstraße 7", "53111", "Bonn", "laden@groesser"
    ),
    "sternschnuppe": _customer(
        "Kita Sternschnuppe e. V.", "Lindenweg 1", "53343", "Wachtberg", "leitung@sternschnuppe"
    ),
    "celik": _customer("Yogastudio Çelik", "Rosenweg 18", "53225", "Bonn", "hallo@celik"),
}

PLANS = (
    Plan("hahn", 117, (_on_site("3"), _TRAVEL), (Paid(_day(110, "11:20"), method="sepa_debit"),)),
    Plan("morgenrot", 114, (_WEBSITE,), (Entered(_day(104, "15:10"), CASH),)),
    Plan("rheinblick", 111, (_MAIL, _remote("2.5")), (Paid(_day(108, "17:31")),)),
    Plan("loewen", 109, (_ROUTER, _on_site("1.5")), (Entered(_day(97, "14:02")),)),
    Plan(
        "voss",
        105,
        (_NOTEBOOK, _on_site("2")),
        (
            Failed(_day(99, "12:44"), "insufficient_funds"),
            Paid(_day(99, "12:51")),
        ),
    ),
    Plan("kraemer", 102, (_remote("1.25"),), (Paid(_day(100, "19:05"), method="paypal"),)),
    Plan("lindner", 98, (_BACKUP, _WEBSITE), (Paid(_day(93, "13:37")),)),
    Plan(
        "celik",
        95,
        (_WEBSITE, _PHOTOS),
        (Paid(_day(90, "21:48"), seen=_day(89, "13:02")),),
    ),
    Plan("aydin", 90, (_on_site("5"), _TRAVEL), (Paid(_day(77, "14:14"), method="sepa_debit"),)),
    Plan(
        "wirth",
        86,
        (_item("Arbeitsplatz einrichten", "6", "Stück", 24500),),
        (
            Entered(_day(76, "11:30"), minor=100000, note="Anzahlung"),
            Entered(_day(62, "11:48"), minor=74930, note="Rest"),
        ),
    ),
    Plan("muessig", 76, (_MAIL,), (Entered(_day(65, "15:41")),)),
    Plan(
        "oeztuerk",
        72,
        (_BACKUP, _on_site("4")),
        (
            Failed(_day(66, "18:12"), "incorrect_cvc", "incorrect_cvc"),
            Failed(_day(66, "18:15"), "card_velocity_exceeded"),
            Paid(_day(65, "11:07"), method="paypal", intent=2),
        ),
    ),
    Plan(
        "sternschnuppe",
        69,
        (_item("Tablet für die Gruppe", "2", "Stück", 34900),),
        (Cancelled(_day(67, "14:30"), "Doppelt ausgestellt"),),
    ),
    Plan(
        "sternschnuppe",
        66,
        (_item("Tablet für die Gruppe", "2", "Stück", 34900),),
        (Entered(_day(58, "11:22")),),
    ),
    Plan("hahn", 63, (_on_site("9"),), (Paid(_day(55, "11:59"), method="sepa_debit"),)),
    Plan("jansen", 60, (_remote("3.5"), _MAIL), (Paid(_day(58, "20:23")),)),
    Plan("morgenrot", 56, (_WEBSITE,), (Entered(_day(49, "15:25"), CASH),)),
    Plan(
        "rheinblick",
        53,
        (_item("WLAN für Gäste, 24 Zimmer", "24", "Zimmer", 8900), _on_site("6.5")),
        (Paid(_day(44, "12:18")),),
        due_days=30,
    ),
    Plan("lindner", 49, (_WEBSITE, _BOOK), (Paid(_day(47, "14:40"), method="link"),)),
    Plan(
        "wirth",
        46,
        (_on_site("4"),),
        (Cancelled(_day(40, "11:15"), "Auftrag wurde zurückgezogen"),),
        note="Nachbesserung der Telefonanlage",
    ),
    Plan(
        "kraemer",
        43,
        (_item("Zeichnungen in das neue Programm übernehmen", "6.4", "Std.", 9000),),
        (Entered(_day(33, "11:50")), Paid(_day(32, "19:34"))),
    ),
    Plan("voss", 40, (_remote("4.75"), _BACKUP), (Paid(_day(35, "13:03")),)),
    Plan("loewen", 37, (_MAIL, _on_site("2")), (Entered(_day(24, "12:32")),)),
    Plan("becker", 36, (_item("Tastatur und Maus, kabellos", "1", "Set", 7479),)),
    Plan("muessig", 33, (_on_site("2.25"), _TRAVEL), (Paid(_day(20, "17:16"), method="klarna"),)),
    Plan(
        "groesser",
        30,
        (_WEBSITE, _BOOK),
        (Paid(_day(28, "12:27")), GivenBack(_day(22, "15:35"), 2664, "Ein Buch kam beschädigt an")),
    ),
    Plan("oeztuerk", 28, (_BACKUP,), (Paid(_day(15, "13:44"), method="sepa_debit"),)),
    Plan("becker", 24, (_item("Fahrschulverwaltung umziehen", "2.5", "Std.", 10000),)),
    Plan("hahn", 21, (_on_site("9"),), (Paid(_day(13, "11:10"), method="sepa_debit"),)),
    Plan(
        "blum",
        18,
        (_item("Kassendrucker", "1", "Stück", 13000),),
        (Entered(_day(6, "15:02"), minor=15161, note="abzüglich 2 % Skonto", skonto=True),),
    ),
    Plan(
        "jansen",
        17,
        (_item("Kasse und Warenwirtschaft einrichten", "5.4", "Std.", 10000),),
        (Failed(_day(14, "16:01"), "expired_card", "expired_card"), Paid(_day(12, "12:45"))),
    ),
    Plan(
        "rheinblick",
        14,
        (_item("Server mit Einrichtung, Angebot 114", "1", "Stück", 500000),),
        (Paid(_day(5, "14:21")),),
    ),
    Plan(
        "loewen",
        12,
        (_item("Kartenterminal anbinden", "3.2", "Std.", 10000), _BOOK),
        due_days=7,
    ),
    Plan("celik", 11, (_WEBSITE, _PHOTOS)),
    Plan("groesser", 10, (_BOOK, _remote("2.75"))),
    Plan(
        "sonnenhang",
        9,
        (_item("Online-Weinladen, zweiter Abschnitt", "30", "Std.", 10000),),
        (Paid(_day(2, "22:14"), seen=_ago(5.3)),),
    ),
    Plan(
        "kraemer",
        7,
        (_on_site("7"),),
        (Failed(_day(1, "18:22"), "authentication_required"),),
    ),
    Plan(
        "voss",
        6,
        (_item("Umzug der Akten in die neue Ablage", "20", "Std.", 10000),),
        (Paid(_day(3, "13:28"), minor=100000),),
    ),
    Plan("aydin", 4, (_on_site("4"),), (Failed(_ago(4.1), "insufficient_funds"),)),
    Plan(
        "lindner",
        3,
        (_item("Kassensystem, Wartungspauschale je Jahr", "1", "Jahr", 100000),),
        (Paid(_ago(0.7), twice=True),),
    ),
    Plan("morgenrot", 3, (_item("Speisekarte als Website", "1.8", "Std.", 10000),), issued=False),
    Plan("muessig", 2, (_remote("1.5"), _BOOK), issued=False),
    Plan("wirth", 1, (_item("Telefonanlage, 28 Plätze", "28", "Platz", 25000),), issued=False),
)
"""Oldest first, as their numbers are given."""

STRAYS = (
    Stray(_day(3, "15:07"), 12000, "usd", "celik"),
    Stray(_day(1, "17:41"), 47600, customer="wirth"),
    Stray(_ago(5.25), 8900),
)

READ_UNTIL = When(hours_ago=20)
"""Older notices have been read by somebody."""
