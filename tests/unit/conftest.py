"""Unit tests have no database, no app and no network: what needs them is an integration test."""

import socket
from typing import Any, NoReturn

import pytest
from flask import Flask
from sqlalchemy import Engine

REFUSED = "a unit test asks for {}; put it into tests/integration"


@pytest.fixture(autouse=True)
def nothing_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(what: str) -> Any:
        def refused(*_args: Any, **_kwargs: Any) -> NoReturn:
            pytest.fail(REFUSED.format(what))

        return refused

    monkeypatch.setattr(Engine, "connect", refuse("a database connection"))
    monkeypatch.setattr(Engine, "raw_connection", refuse("a database connection"))
    monkeypatch.setattr(Flask, "__init__", refuse("an app"))
    monkeypatch.setattr(socket.socket, "connect", refuse("a network connection"))
    monkeypatch.setattr(socket.socket, "bind", refuse("a network connection"))
