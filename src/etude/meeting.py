"""Tell torchrun's store at which port the leading command listens, or ask for it.

A process of its own (`python -m etude.meeting [PORT]`), so that commands need not load torch.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta

WAITING = timedelta(minutes=10)


def main() -> None:
    """Set the port given as argument; without one, wait for it and print it."""
    from torch.distributed import TCPStore  # type: ignore[attr-defined]  # it has no stub

    address, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    store = TCPStore(address, port, is_master=False, timeout=WAITING)
    key = f"etude/{os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')}"
    if len(sys.argv) > 1:
        store.set(key, sys.argv[1])
    else:
        sys.stdout.write(store.get(key).decode() + "\n")


if __name__ == "__main__":
    main()
