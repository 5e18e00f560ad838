"""A deadline for one call, whatever the other side does: timeouts of sockets count each byte anew."""

import threading
from collections.abc import Callable

from pipelines.notify.interface import NotifyError


def within(seconds: float, act: Callable[[], None]) -> None:
    """Do something in at most so many seconds; what is late goes on alone, and nobody waits for it.

    Raises:
        NotifyError: It was not done in time; whether it will be, nobody can say.
        Exception: What `act` raised.
    """
    raised: list[Exception] = []

    def carry() -> None:
        try:
            act()
        except Exception as error:
            raised.append(error)

    # A daemon: the process may end while a server still drips.
    thread = threading.Thread(target=carry, daemon=True, name="notify")
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise NotifyError(f"no answer within {seconds:g} s", server_down=True)
    if raised:
        raise raised[0]
