"""dj-stripe on waitress: its own webhook view, and a receiver that books what the others book.

`python server.py prepare|serve <data folder> <webhook secret> <path>`, in an environment of its
own (requirements.lock beside this file); prints its port. Nothing of dj-stripe is changed, but
Stripe's API is answered from memory: dj-stripe asks for each payment intent again, and what the
network would take is left out.
"""

import json
import logging
import re
import socket
import sys
import threading
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
import stripe
import waitress
from django.conf import settings
from django.urls import path as route

FOLDER, SECRET, PATH = Path(sys.argv[2]), sys.argv[3], sys.argv[4]
ENDPOINT = uuid.UUID(int=1)
API_KEY = "sk_test_" + "0" * 24
ACCOUNT = {"id": "acct_bench", "object": "account", "settings": {}}

settings.configure(
    SECRET_KEY="bench",
    USE_TZ=True,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "djstripe"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],  # sets Content-Length
    # The tables as they are now: replaying the migrations takes a minute.
    MIGRATION_MODULES=dict.fromkeys(("contenttypes", "auth", "djstripe")),
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    STRIPE_TEST_SECRET_KEY=API_KEY,
    STRIPE_LIVE_MODE=False,
    DJSTRIPE_FOREIGN_KEY_TO_FIELD="id",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": FOLDER / "books.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    },
)
django.setup()

from django.core.management import call_command  # noqa: E402 - Django is set up first
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from djstripe.event_handlers import djstripe_receiver  # noqa: E402
from djstripe.models import Account, APIKey, WebhookEndpoint  # noqa: E402
from djstripe.views import ProcessWebhookView  # noqa: E402


class Invoice(models.Model):
    id = models.TextField(primary_key=True)
    number = models.TextField(unique=True)
    status = models.TextField()
    currency = models.TextField()
    total_minor = models.IntegerField()

    class Meta:
        app_label, db_table = "office", "invoices"


class Payment(models.Model):
    id = models.TextField(primary_key=True)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT)
    stripe_payment_intent_id = models.TextField(unique=True)
    amount_minor = models.IntegerField()
    currency = models.TextField()
    method = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        app_label, db_table = "office", "payments"


class InvoiceHistory(models.Model):
    id = models.TextField(primary_key=True)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT)
    at = models.DateTimeField()
    action = models.TextField()
    actor = models.TextField()
    detail = models.TextField()

    class Meta:
        app_label, db_table = "office", "invoice_history"


class FromMemory(stripe.HTTPClient):
    """Stripe's API without a network: the intent of the event just handled, the account."""

    name = "memory"
    intent = threading.local()

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        if re.search(r"/v1/payment_intents/", url):
            return json.dumps(self.intent.data), 200, {}
        if url.endswith("/v1/account"):
            return json.dumps(ACCOUNT), 200, {}
        error = {"code": "resource_missing", "message": f"No such object: {url}"}
        return json.dumps({"error": error | {"type": "invalid_request_error"}}), 404, {}


@djstripe_receiver("payment_intent.succeeded")
def book(sender: Any, event: Any, **_: Any) -> None:
    """The rows that the other contestants write, inside dj-stripe's transaction."""
    intent, now = event.data["object"], datetime.now(UTC)
    invoice = Invoice.objects.get(id=intent["metadata"]["invoice_id"])
    Payment.objects.create(
        id=str(uuid.uuid4()),
        invoice=invoice,
        stripe_payment_intent_id=intent["id"],
        amount_minor=intent["amount_received"],
        currency=intent["currency"],
        method=intent["payment_method_types"][0],
        received_at=now,
    )
    paid = invoice.payment_set.aggregate(sum=models.Sum("amount_minor"))["sum"]
    invoice.status = "paid" if paid >= invoice.total_minor else "partially_paid"
    invoice.save(update_fields=["status"])
    InvoiceHistory.objects.create(
        id=str(uuid.uuid4()),
        invoice=invoice,
        at=now,
        action="payment_booked",
        actor="stripe",
        detail=json.dumps({"amount_minor": intent["amount_received"], "event_id": event.id}),
    )


class Webhook(ProcessWebhookView):
    """dj-stripe's view at the path of the others; keeps the intent for `FromMemory`."""

    def post(self, request: Any, uuid: Any) -> Any:
        try:
            FromMemory.intent.data = json.loads(request.body)["data"]["object"]
        except (ValueError, KeyError, TypeError):
            FromMemory.intent.data = None
        return super().post(request, uuid)


urlpatterns = [route(PATH.lstrip("/"), Webhook.as_view(), {"uuid": ENDPOINT})]


def prepare() -> None:
    """The tables of Django, dj-stripe and the office; the endpoint, the key and the account."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    with connection.schema_editor() as editor:
        for model in (Invoice, Payment, InvoiceHistory):
            editor.create_model(model)
    with transaction.atomic(), connection.cursor() as cursor:
        # The name under which the benchmark counts the events of every contestant.
        cursor.execute("CREATE VIEW stripe_events AS SELECT id, type FROM djstripe_event")
        account = Account.objects.create(id=ACCOUNT["id"], livemode=False, stripe_data=ACCOUNT)
        key = APIKey.objects.get_or_create_by_api_key(API_KEY)[0]
        key.djstripe_owner_account = account
        key.save()
        WebhookEndpoint.objects.create(
            id="we_bench",
            livemode=False,
            secret=SECRET,
            djstripe_uuid=ENDPOINT,
            djstripe_owner_account=account,
            enabled_events=["*"],
            status="enabled",
            url="https://bench.example" + PATH,
        )
    connection.close()


def serve() -> None:
    """Until it is ended."""
    stripe.default_http_client = FromMemory()
    for name in ("waitress.queue", "djstripe", "django.request"):  # each full queue, each 400
        logging.getLogger(name).setLevel(logging.CRITICAL)
    application = get_wsgi_application()
    bound = socket.create_server(("127.0.0.1", 0), backlog=512)
    print(bound.getsockname()[1], flush=True)
    waitress.serve(application, sockets=[bound], threads=8)


if __name__ == "__main__":
    {"prepare": prepare, "serve": serve}[sys.argv[1]]()
