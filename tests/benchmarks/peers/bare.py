"""A bare 200 on the program's own listener: what HTTP alone costs, nothing checked or stored."""

import signal
import threading

from workmate_desktop.listener.server import Listener

if __name__ == "__main__":
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    listener = Listener(lambda _body, _signature: 200)
    print(listener.start(0), flush=True)
    stop.wait()
    listener.stop()
