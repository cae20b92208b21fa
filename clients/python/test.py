#!/usr/bin/env python3
"""Tests the Python client: types, then everything against a running server.

    KEYWARD_BIN=target/debug/keyward python3 clients/python/test.py [pytest's arguments]

makes a virtual environment in `target/clients-venv` (or `KEYWARD_VENV`), installs what
`requirements.txt` names, and runs mypy and pytest in it. The tests start the server
`KEYWARD_BIN` by themselves, on a free port and in a folder that is removed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def environment() -> Path:
    """The virtual environment, made anew when the requirements have changed."""
    folder = Path(os.environ.get("KEYWARD_VENV") or ROOT / "target" / "clients-venv").resolve()
    wanted = (HERE / "requirements.txt").read_text(encoding="utf-8")
    mark = folder / "requirements.txt"
    if not mark.exists() or mark.read_text(encoding="utf-8") != wanted:
        venv.create(folder, with_pip=True, clear=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(HERE / "requirements.txt")], check=True)
        mark.write_text(wanted, encoding="utf-8")
    return folder / "bin" / "python"


def main() -> int:
    binary = os.environ.get("KEYWARD_BIN")
    if not binary or not Path(binary).exists():
        print("KEYWARD_BIN must name the server to test against")
        return 1
    python = environment()
    told = {**os.environ, "KEYWARD_BIN": str(Path(binary).resolve()), "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"}
    cache = f"--cache-dir={python.parent.parent / 'mypy'}"
    steps = (
        [sys.executable, str(HERE.parent / "generate.py"), "--check"],
        [str(python), "-m", "mypy", cache, "--config-file", "pyproject.toml", "-p", "keyward"],
        [str(python), "-m", "mypy", cache, "--config-file", "pyproject.toml", "tests", "examples/aiohttp_example.py"],
        [str(python), "-m", "pytest", "-qq", "-p", "no:cacheprovider", *sys.argv[1:]],
    )
    for step in steps:
        if code := subprocess.run(step, cwd=HERE, env=told).returncode:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
