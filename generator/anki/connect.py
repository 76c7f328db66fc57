"""Talks with a running Anki through its add-on AnkiConnect, protocol version 6; knows no notes.

Plain HTTP of the standard library, without proxies and without redirects: a key and a person's
notes go to the address that was named and nowhere else.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

ADDRESS = "http://127.0.0.1:8765"
ADD_ON = 2055492159  # by which Anki finds the add-on
VERSION = 6  # of the protocol
_SECONDS = 60  # for one answer; an import of thousands of notes is one
_BLOCK = 100  # actions in one request
_OTHER = f": another program has the port; --url names the add-on's, which is usually {ADDRESS}"

Call = tuple[str, Mapping[str, object]]  # an action and its parameters


class AnkiError(Exception):
    """Anki does not do what it was asked to; the text says why, and what to do."""


class ActionError(AnkiError):
    """Anki answered one action with an error; ``reason`` is in its own words."""

    def __init__(self, action: str, reason: str) -> None:
        super().__init__(f"Anki refuses '{action}': {reason}")
        self.action, self.reason = action, reason


class AnkiConnect:
    """The add-on at an address. ``key`` is the one that was set in it, if any."""

    def __init__(self, address: str = ADDRESS, key: str = "", *, remote: bool = False) -> None:
        """AnkiError: it is no address, or of another computer and not meant to be ``remote``."""
        self.address = address
        self._key = key
        host, port = _host_and_port(address)
        if not host:
            raise AnkiError(f"'{address}' is no address of AnkiConnect; the usual one is {ADDRESS}")
        self.is_local = _is_local(host)
        if not self.is_local and not remote:
            raise AnkiError(
                f"'{host}' is another computer: notes and key would go there as plain text; "
                "--remote says that you mean it"
            )
        self._host, self._port = host, port

    def call(self, action: str, **params: object) -> Any:
        """What the action gives. AnkiError where it does not get done."""
        return _result(action, self._post(self._request(action, params)))

    def each(self, calls: Iterable[Call]) -> list[Any]:
        """What several actions give, in few requests. ActionError, after the others of its request
        were done, for the first one that Anki refuses."""
        calls = list(calls)
        results: list[Any] = []
        for start in range(0, len(calls), _BLOCK):
            block = calls[start : start + _BLOCK]
            actions = [self._request(action, params) for action, params in block]
            answers = self.call("multi", actions=actions)
            if not isinstance(answers, list) or len(answers) != len(block):
                raise AnkiError(f"{self.address} answers otherwise than AnkiConnect does{_OTHER}")
            pairs = zip(block, answers, strict=True)
            results += [_result(action, answer) for (action, _), answer in pairs]
        return results

    def missing(self, actions: Sequence[str]) -> set[str]:
        """Which of these actions the add-on does not have; AnkiError where nobody answers, or with
        another version of the protocol."""
        version = self.call("version")
        if version != VERSION:
            raise AnkiError(
                f"AnkiConnect speaks version {version} of its protocol, not {VERSION}; update it: "
                "Tools > Add-ons > Check for Updates"
            )
        known = self.call("apiReflect", scopes=["actions"], actions=list(actions))
        return set(actions) - set(known["actions"])

    def _request(self, action: str, params: Mapping[str, object]) -> dict[str, object]:
        request: dict[str, object] = {"action": action, "version": VERSION, "params": params}
        return {**request, "key": self._key} if self._key else request

    def _post(self, request: Mapping[str, object]) -> Any:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=_SECONDS)
        body = json.dumps(request).encode()
        try:
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
        except TimeoutError as error:
            raise AnkiError(
                f"Anki does not answer within {_SECONDS} seconds: is a dialog open in it, or is it "
                "synchronising? Close it, and run this again: what was sent already is not lost"
            ) from error
        except OSError as error:
            if isinstance(error, ConnectionError) and not isinstance(error, ConnectionRefusedError):
                raise AnkiError(
                    "Anki ended in the middle of it; start it and run this again: what was sent "
                    "already is not lost"
                ) from error
            raise AnkiError(
                f"no Anki answers at {self.address}; start Anki, with the add-on AnkiConnect: "
                f"Tools > Add-ons > Get Add-ons, code {ADD_ON}, and start Anki again"
            ) from error
        except (http.client.HTTPException, ValueError) as error:
            raise AnkiError(
                f"{self.address} answers otherwise than AnkiConnect does{_OTHER}"
            ) from error
        finally:
            connection.close()
        return answer


def _host_and_port(address: str) -> tuple[str, int]:
    """Where an address leads to; an empty host where it is not one of the add-on."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or 80
    except ValueError:
        return "", 0
    is_one = parts.scheme == "http" and parts.path in ("", "/") and not parts.query
    return host if is_one else "", port


def _is_local(host: str) -> bool:
    """Whether this is the computer itself; no name is looked up but the one that means it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _result(action: str, answer: Any) -> Any:
    if not isinstance(answer, dict) or answer.keys() != {"result", "error"}:
        raise AnkiError(f"what answers is no AnkiConnect{_OTHER}")
    reason = answer["error"]
    if reason is None:
        return answer["result"]
    if "api key" in str(reason):
        raise AnkiError(
            "AnkiConnect wants its key, or another one; --key-env NAME reads it from that "
            "variable of the environment (Tools > Add-ons > AnkiConnect > Config, apiKey)"
        )
    # In a full sync there is a collection, and nothing in it.
    if "collection is not available" in str(reason) or "'NoneType' object" in str(reason):
        raise AnkiError(
            "Anki has no collection open: choose a profile in its window, or wait for its sync"
        )
    raise ActionError(action, str(reason))
