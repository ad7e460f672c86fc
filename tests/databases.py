"""A private PostGIS server for tests: made in a temporary folder, reached over a socket in it, gone at the end.

Debian's packages (`make test-all` brings them); `initdb` refuses to run as root, so root lets the user of the packages
or `nobody` do it.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

BINARIES = Path("/usr/lib/postgresql")
SECRET = "kestrel-4711"
"""The password of the user who needs one: it may stand nowhere but in the service file."""
SERVICES = """
[county]
host={socket}
port=5433
dbname=land
user=owner

[guarded]
host={socket}
port=5433
dbname=land
user=guarded
password={secret}

[wrong]
host={socket}
port=5433
dbname=land
user=guarded
password=not-this-one

[plain]
host={socket}
port=5433
dbname=plain
user=owner

[nobody_there]
host={socket}/none
dbname=land
user=owner
password={secret}
"""


def binaries():
    """Return the folder of the newest server with PostGIS, None where there is none."""
    found = sorted(BINARIES.glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    with_postgis = [
        p.parent for p in found if (Path("/usr/share/postgresql") / p.parts[-3] / "extension/postgis.control").exists()
    ]
    return with_postgis[-1] if with_postgis and find_spec("psycopg") else None


class Server:
    """A running server with a database `land` (PostGIS) and one without it, `plain`."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))  # a short path: that of a socket has at most 107 bytes
        self.bin = binaries()
        self.user = _unprivileged()
        self.data, self.services = self.folder / "data", self.folder / "services.conf"
        if self.user:
            shutil.chown(self.folder, self.user)
        self._do("initdb", "-D", self.data, "-U", "owner", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        with (self.data / "pg_hba.conf").open("r+") as file:
            rest = file.read()
            file.seek(0)
            file.write(f"local all guarded scram-sha-256\n{rest}")
        self.services.write_text(SERVICES.format(socket=self.folder, secret=SECRET), encoding="utf-8")
        self.folder.chmod(0o755)
        self.start()
        for name in ("land", "plain"):
            self.sql(f"CREATE DATABASE {name}", "postgres")
        self.sql(f"CREATE EXTENSION postgis; CREATE SCHEMA gis; CREATE ROLE guarded LOGIN PASSWORD '{SECRET}'")

    def start(self):
        how = f"-c listen_addresses='' -c port=5433 -c unix_socket_directories={self.folder} -c fsync=off"
        self._do("pg_ctl", "start", "-w", "-D", self.data, "-l", self.folder / "log", "-o", how)

    def stop(self):
        self._do("pg_ctl", "stop", "-m", "immediate", "-D", self.data)

    def end(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def sql(self, text, database="land", params=None):
        """Run statements as the owner; return the rows of the last one that has some."""
        import psycopg

        with psycopg.connect(host=str(self.folder), port=5433, dbname=database, user="owner", autocommit=True) as line:
            cursor = line.execute(text, params)
            while cursor.nextset():
                pass
            return cursor.fetchall() if cursor.description else []

    def _do(self, name, *told):
        call = [str(self.bin / name), *map(str, told)]
        done = subprocess.run(
            call, user=self.user, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


def _unprivileged():
    if os.geteuid() != 0:
        return None
    known = {u.pw_name for u in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
