"""The last step of the process, in processes of its own: nothing said or promised gets lost."""

import subprocess
import sys

from tests.places import CHECKOUT
from tests.waiting import PATIENCE

_BEGIN = """
import atexit, sys, threading
from workmate_desktop.app.ending import end_process
class Told:
    def __del__(self):
        print("taken apart")
kept = Told()
atexit.register(lambda: print("handler"))
sys.stdout.write("not flushed, ")
"""


def _ended(code: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", _BEGIN + code],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    return done.returncode, done.stdout


def test_the_exit_code_the_output_and_the_handlers_arrive() -> None:
    assert _ended("end_process(3)") == (3, "not flushed, handler\n")


def test_a_thread_at_work_is_waited_for() -> None:
    work = "threading.Thread(target=lambda: (go.wait(), print('done'))).start()"
    begin = f"go = threading.Event()\n{work}\nthreading.Timer(0.1, go.set).start()\n"
    code, output = _ended(begin + "end_process(4)")
    assert code == 4
    assert output.startswith("not flushed, done\nhandler\n")
