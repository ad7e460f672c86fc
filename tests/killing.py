"""A command that dies at a moment of choice: ``python -m tests.killing COUNT|K WORDS…``.

Moments are what changes files below the folders named in LUODI_WATCHED. With a number the
process kills itself at that one, before it happens; ``count`` writes how many there were.
"""

import os
import signal
import sys

EVENTS = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.symlink", "sqlite3.connect"}


def main() -> None:
    watched = os.environ["LUODI_WATCHED"].split(os.pathsep)
    last = None if sys.argv[1] == "count" else int(sys.argv[1])
    seen = 0

    def hook(event, args):
        nonlocal seen
        if event not in EVENTS or (event == "open" and not _writes(args)):
            return
        paths = [os.fsdecode(a) for a in args[:2] if isinstance(a, (str, bytes))]
        if any(p.startswith(place) for p in paths for place in watched):
            seen += 1
            if seen == last:
                os.kill(os.getpid(), signal.SIGKILL)

    import luodi

    sys.addaudithook(hook)
    sys.argv = ["luodi", *sys.argv[2:]]
    try:
        luodi.main()
    finally:
        sys.stderr.write(f"\nmoments {seen}\n")


def _writes(args) -> bool:
    mode, flags = args[1], args[2]
    if isinstance(mode, str):
        return bool(set(mode) & set("wax+"))
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


if __name__ == "__main__":
    main()
