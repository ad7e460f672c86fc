"""The warm process: ``python -m layers.sources.nursery SOCKET`` forks a parser for each order it is sent.

It opens no file and holds nothing of one. `layers/sources/forks.py` sends the orders.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading

from layers.sources import child
from layers.sources.forks import LENGTH

_BATCH = 65_536


def serve(orders: socket.socket) -> None:
    """Fork a parser for each order until the other side is gone."""
    child.warm()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who is interrupted closes the line, and that ends a parser
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait
    while True:
        order, lines, _, _ = socket.recv_fds(orders, 1, 1)
        if not order:
            return
        if os.fork() == 0:
            orders.close()
            _watch(socket.socket(fileno=lines[0]))
        os.close(lines[0])


def _watch(line: socket.socket) -> None:
    """Fork the parser and tell its process id and its end."""
    with contextlib.suppress(OSError):  # nobody is there any more to be told
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        job_file = b""
        while not job_file.endswith(b"\0"):
            job_file += line.recv(_BATCH) or b"\0"
        pid = os.fork()
        if pid == 0:
            _parse(line, os.fsdecode(job_file[:-1]))
        line.sendall(pid.to_bytes(LENGTH, "little", signed=True))
        _, status = os.waitpid(pid, 0)
        line.sendall(os.waitstatus_to_exitcode(status).to_bytes(LENGTH, "little", signed=True))
    os._exit(0)


def _parse(line: socket.socket, job_file: str) -> None:
    code = 1
    try:
        threading.Thread(target=_end_with, args=(line,), daemon=True).start()
        code = child.main(job_file)
    finally:
        os._exit(code)


def _end_with(line: socket.socket) -> None:
    """End when the other side of the line is closed: nobody waits for the result any more."""
    with contextlib.suppress(OSError):
        line.recv(1)
    os._exit(1)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
