"""A running server for all tests, and people on it."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from keyward import AsyncKeyward, Keyward

ROOT = Path(__file__).resolve().parents[3]
PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Person:
    email: str
    password: str = PASSWORD


@dataclass(frozen=True)
class Server:
    url: str

    @property
    def issuer(self) -> str:
        """Its public URL."""
        return self.url.replace("127.0.0.1", "localhost")

    def letter(self, to: str, fitting: str = "") -> dict[str, str]:
        """The newest message to them; waits for it to come."""
        reply = httpx.get(f"{self.url}/dev/inbox.json", params={"to": to, "wait": "10s"}, timeout=20)
        found = [m for m in reply.json()["data"] if fitting in (m["subject"] or "") + m["text"]]
        assert found, f"no letter to {to}"
        letter: dict[str, str] = found[0]
        return letter

    def clear_inbox(self) -> None:
        httpx.delete(f"{self.url}/dev/inbox.json").raise_for_status()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running() as found:
        yield found


@contextmanager
def running(**more: str) -> Iterator[Server]:
    """A server with these settings beside the tests' own."""
    binary = os.environ.get("KEYWARD_BIN")
    assert binary, "KEYWARD_BIN must name the server to test against"
    folder, port = tempfile.mkdtemp(prefix="keyward-python-"), free_port()
    settings = {
        # All these people come from one address, within a minute.
        "KEYWARD_LIMITS_ATTEMPTS": "6000 / 1m",
        "KEYWARD_LIMITS_REQUESTS": "60000 / 1m",
        "KEYWARD_LIMITS_ADDRESS_GUESSES": "6000 / 1h",
        "KEYWARD_LIMITS_NETWORK_GUESSES": "6000 / 1h",
        "KEYWARD_LIMITS_NETWORK_MESSAGES": "6000 / 1h",
        "KEYWARD_SERVER_TRUSTED_PROXIES": "127.0.0.1",
        "KEYWARD_CAPTCHA_RECOVERY": "always",
        "KEYWARD_CAPTCHA_WORK": "20000",
        **more,
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KEYWARD_")}
    command = [binary, "dev", "--data-dir", f"{folder}/data", "--listen", f"127.0.0.1:{port}"]
    log = open(f"{folder}/log", "wb")
    child = subprocess.Popen(command, cwd=folder, env={**kept, **settings}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        await_ready(child, url, folder)
        yield Server(url)
    finally:
        child.kill()
        child.wait()
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def await_ready(child: subprocess.Popen[bytes], url: str, folder: str) -> None:
    await_ready_at(child, f"{url}/readyz", folder)


def await_ready_at(child: subprocess.Popen[bytes], probe: str, folder: str) -> None:
    transport = httpx.HTTPTransport(retries=12)
    with httpx.Client(transport=transport, timeout=30) as http:
        while child.poll() is None:
            try:
                if http.get(probe).status_code == 200:
                    return
            except httpx.TransportError:
                continue
    pytest.exit(f"the server ended at once:\n{Path(folder, 'log').read_text()}", 1)


@pytest.fixture(scope="session")
def described() -> dict[str, object]:
    """The description of the API that the clients were made from."""
    path = ROOT / "crates" / "keyward" / "tests" / "it" / "golden" / "openapi.json"
    found: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def keyward(server: Server) -> Iterator[Keyward]:
    with Keyward(server.url) as client:
        yield client


@pytest.fixture
async def akeyward(server: Server) -> AsyncIterator[AsyncKeyward]:
    async with AsyncKeyward(server.url) as client:
        yield client


@pytest.fixture(scope="session")
def admin(server: Server) -> Iterator[Keyward]:
    """A client of an administrator's session."""
    with Keyward(server.url) as client:
        yield client.sign_in("admin@example.com", PASSWORD)


@pytest.fixture
def person(admin: Keyward) -> Person:
    """Somebody new, with a proven address."""
    return somebody(admin)


def somebody(admin: Keyward, *, role: str | None = None, username: str | None = None) -> Person:
    email = f"person{next(_numbers)}@example.com"
    made = admin.post_admin_users(email=email, name="Somebody", password=PASSWORD, verified=True, username=username)
    if role:
        admin.put_admin_users_id_roles_role(made["id"], role)
    return Person(email)


@pytest.fixture(scope="session")
def editors(admin: Keyward) -> str:
    """A role that may edit posts and not publish them."""
    admin.post_admin_roles(name="editor", description="Writes")
    admin.put_admin_roles_role_permissions("editor", permission="posts:edit", effect="allow")
    return "editor"


@pytest.fixture
def editor(admin: Keyward, editors: str) -> Person:
    return somebody(admin, role=editors)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Says how many passed in the words that the workshop counts by."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    count = {name: len(reporter.stats.get(name, [])) for name in ("passed", "failed", "error", "skipped")}
    print(f"{count['passed']} passed, {count['failed'] + count['error']} failed, {count['skipped']} skipped")
