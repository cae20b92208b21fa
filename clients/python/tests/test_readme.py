"""What the README shows works as it stands there."""

from __future__ import annotations

import re
import types as python
from pathlib import Path

import httpx
import pytest

from keyward import Keyward

from .conftest import Person, Server, somebody

TEXT = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
FIRST, APPLICATION, TOKENS, REST = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def run(block: str, running: Server, **given: object) -> python.ModuleType:
    module = python.ModuleType("readme")
    module.__dict__.update(given)
    exec(compile(block.replace("http://localhost:8080", running.issuer), "README.md", "exec"), module.__dict__)
    return module


def test_the_first_example(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    run(FIRST, server)
    assert capsys.readouterr().out == "Ada False\n"


async def test_the_application(server: Server, editor: Person, person: Person) -> None:
    app = run(APPLICATION, server).app
    for who, status, text in ((editor, 200, "Go on, Somebody."), (person, 403, "Forbidden")):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app.example.com", follow_redirects=True) as browser:
            reply = await browser.post("/sign-in", json={"name": who.email, "password": who.password})
            assert (reply.status_code, reply.text) == (status, text)


def test_access_tokens(server: Server, keyward: Keyward, capsys: pytest.CaptureFixture[str]) -> None:
    run(TOKENS, server, server=keyward)
    assert capsys.readouterr().out == "True ('reports:view',)\nsession_revoked\n"


def test_everything_else(server: Server, admin: Keyward, keyward: Keyward, editors: str) -> None:
    name = somebody(admin, role=editors).email
    run(REST, server, server=keyward)
    (found,) = admin.get_admin_users(email=name)["data"]
    assert found["name"] == "Ada"
