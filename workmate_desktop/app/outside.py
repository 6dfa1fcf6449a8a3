"""What the core meets outside of itself, in one value: threads and time, the keyring, Stripe,
ngrok, the mail server, the port, how the books' file is opened. The other files of the data folder
it opens itself.
"""

from collections.abc import Callable
from dataclasses import dataclass

from workmate_desktop.app.options import Options
from workmate_desktop.domain.clock import MeasuredClock
from workmate_desktop.domain.secrets import SecretStore
from workmate_desktop.domain.waiting import Signal, Waiting
from workmate_desktop.gateways.mail.mail import MailSender
from workmate_desktop.gateways.secrets.keychain import Keychain
from workmate_desktop.gateways.secrets.memory_secrets import MemorySecrets
from workmate_desktop.gateways.secrets.secret_file import SecretFile
from workmate_desktop.gateways.stripe.api import ApiFactory, StripeApi, checked_api_base
from workmate_desktop.gateways.system.clock import SystemClock
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.gateways.tunnel.ngrok import Ngrok
from workmate_desktop.gateways.tunnel.public_post import post
from workmate_desktop.listener.net import LoopbackNet, Net
from workmate_desktop.services.connection.tunnel import TunnelGateway
from workmate_desktop.services.notify.mail_setup import Sender
from workmate_desktop.services.reception.self_test import Post
from workmate_desktop.store.database.driver import open_connection
from workmate_desktop.store.database.engine import Connect


@dataclass(frozen=True, slots=True)
class Outside:
    """`keychain` is asked with the id of this installation. `api` makes what talks to Stripe with
    a key and gives up when the signal is set; it tells `clock` Stripe's time. `connect` opens the
    books' file.
    """

    waiting: Waiting
    clock: MeasuredClock
    keychain: Callable[[str], SecretStore]
    secret_file: SecretStore
    api: ApiFactory
    ngrok: TunnelGateway
    mail: Sender
    post: Post
    net: Net
    connect: Connect

    @classmethod
    def real(
        cls,
        options: Options,
        clock: SystemClock | None = None,
        keychain: SecretStore | None = None,
    ) -> "Outside":
        """The world as it is. `keychain` None is the keyring of the system (and memory alone for
        the demo). Raises ValueError: an API base that is not loopback.
        """
        if options.stripe_api_base is not None:
            checked_api_base(options.stripe_api_base)
        clock = clock or SystemClock()

        def api(key: str, cancelled: Signal) -> StripeApi:
            return StripeApi(
                key,
                api_base=options.stripe_api_base,
                on_server_date=clock.note_stripe_time,
                cancelled=cancelled,
            )

        def keychain_of(instance_id: str) -> SecretStore:
            return MemorySecrets() if options.demo else Keychain(instance_id)

        return cls(
            waiting=Threads(),
            clock=clock,
            keychain=keychain_of if keychain is None else lambda _instance_id: keychain,
            secret_file=SecretFile(options.data_dir),
            api=api,
            ngrok=Ngrok(options.data_dir),
            mail=MailSender(),
            post=post,
            net=LoopbackNet(),
            connect=open_connection,
        )
