"""authnzerver's own server, completed by what its release lacks.

    authnzerver_server.py FOLDER PORT

makes its database, its key and its salt in `FOLDER`, and listens at `PORT`.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import signal
import sys
import warnings
from pathlib import Path

#: prctl(2)
PR_SET_PDEATHSIG = 1


def complete() -> None:
    """Release 0.1.3 reads a file that it does not bring along. (Its frontend lacks
    `authdb.check_role_limits` as well, which the server does not need.)"""
    found = importlib.util.find_spec("authnzerver")
    assert found is not None and found.submodule_search_locations
    missing = Path(next(iter(found.submodule_search_locations)), "disposable_email_blocklist.conf")
    if not missing.exists():
        missing.write_text("mailinator.com\n")


def end_with_parent() -> None:
    """Its workers would outlive it when it is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def main(folder: str, port: str) -> None:
    complete()
    warnings.simplefilter("ignore")
    from authnzerver.autosetup import autogen_secrets_authdb

    database, _, key, salt = autogen_secrets_authdb(folder)
    sys.argv[1:] = [
        f"--authdb={database}",
        f"--basedir={folder}",
        f"--cachedir={folder}/cache",
        f"--secret={key}",
        f"--piisalt={salt}",
        "--listen=127.0.0.1",
        f"--port={port}",
        # As quiet as the one that it is compared with.
        "--logging=error",
    ]
    os.register_at_fork(after_in_child=end_with_parent)
    from authnzerver.main import main as serve

    serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
