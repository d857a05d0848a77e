"""The client against the stand-in: what is sent, and what becomes of every way to fail."""

from __future__ import annotations

import logging
import pickle
import shutil
import socket
import ssl
import subprocess
import traceback
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

pytest.importorskip("zenlayercloud", reason="the extra `zenlayer` is not installed")

from core.live.client import Client
from core.live.fields import ACTIONS, SERVICES
from core.live.meanings import NETWORK, NOT_JSON, Failed, Next, next_step, refusal_of
from core.live.profiles import Access, Secret
from tests.standin.account import Account
from tests.standin.server import KEY, KEY_ID, TOKEN, Fault, Standin, serving

EIPS = ACTIONS["DescribeEips"]
PAGE = {"pageSize": 20, "pageNum": 1}


@pytest.fixture
def standin() -> Iterator[Standin]:
    account = Account()
    account.cidr("c-1", "203.0.113.0/24")
    account.eip("e-1", "203.0.113.7", "c-1")
    with serving(account) as found:
        yield found


def access(endpoint: str, *, token: str | None = None, key: str = KEY, proxy: str | None = None) -> Access:
    if token is not None:
        return Access(endpoint, None, None, Secret(token), proxy=proxy)
    return Access(endpoint, KEY_ID, Secret(key), None, proxy=proxy)


def failure(client: Client, name: str = "DescribeEips") -> Failed:
    fields = PAGE if name == "DescribeEips" else {"eipId": "e-1"}
    with pytest.raises(Failed) as caught:
        client.call(ACTIONS[name], fields)
    return caught.value


@pytest.mark.parametrize("token", [None, TOKEN])
def test_a_key_signs_and_a_token_is_carried(standin: Standin, token: str | None) -> None:
    answer = Client(access(standin.endpoint, token=token)).call(EIPS, PAGE)
    assert answer["totalCount"] == 1
    assert standin.seen[0].body == PAGE


def test_a_wrong_key_stops_everything_and_is_worded(standin: Standin) -> None:
    failed = failure(Client(access(standin.endpoint, key="another")))
    assert next_step(failed) is Next.STOP
    assert (refusal_of(failed).code, failed.request_id) == ("platform_refused", "r-err")


@pytest.mark.parametrize(("skew", "words"), [(900, "15 minutes behind"), (-900, "15 minutes ahead")])
def test_a_clock_that_is_off_is_named_with_how_much(standin: Standin, skew: int, words: str) -> None:
    standin.skew = skew
    refusal = refusal_of(failure(Client(access(standin.endpoint))))
    assert refusal.code == "platform_unavailable"
    assert words in refusal.message


def test_a_clock_is_not_called_right_when_the_answer_says_otherwise(standin: Standin) -> None:
    standin.always = Fault(401, "AUTHFAILURE_SIGNATURE_EXPIRED")
    assert "off by more than 5 minutes" in refusal_of(failure(Client(access(standin.endpoint)))).message


def test_reads_keep_their_connection_and_each_write_has_one_of_its_own(standin: Standin) -> None:
    client = Client(access(standin.endpoint), may_write=True)
    for _ in range(2):
        client.call(EIPS, PAGE)
    for name in ("new", "newer"):
        client.call(ACTIONS["ModifyEipAttribute"], {"eipId": "e-1", "name": name})
    client.close()
    read, again, write, other = (call.peer for call in standin.seen)
    assert (read == again, len({read, write, other})) == (True, 3)
    assert standin.account.eips["e-1"]["name"] == "newer"


def test_a_reading_session_sends_no_change(standin: Standin) -> None:
    with pytest.raises(PermissionError):
        Client(access(standin.endpoint)).call(ACTIONS["DeleteEip"], {"eipId": "e-1"})
    assert standin.seen == []


def test_a_field_that_the_action_does_not_have_is_a_defect(standin: Standin) -> None:
    with pytest.raises(ValueError, match="eipIDs"):
        Client(access(standin.endpoint)).call(EIPS, {"eipIDs": ["e-1"]})


@pytest.mark.parametrize(
    ("fault", "code", "status", "step", "refused_as"),
    [
        (Fault(429, "REQUEST_LIMIT_EXCEEDED"), "REQUEST_LIMIT_EXCEEDED", 429, Next.SLOW_DOWN, "platform_unavailable"),
        (Fault(429, kind="text"), NOT_JSON, 429, Next.SLOW_DOWN, "platform_unavailable"),
        (Fault(502, kind="text"), NOT_JSON, 502, Next.RETRY, "platform_unavailable"),
        (Fault(407, kind="text"), NOT_JSON, 407, Next.STOP, "platform_unavailable"),
        (Fault(451, kind="text"), "REQUEST_BLOCKED", 451, Next.STOP, "platform_unavailable"),
        (
            Fault(403, kind="text", headers={"CF-Mitigated": "challenge"}),
            *("SECURITY_CHALLENGE", 403, Next.STOP, "platform_unavailable"),
        ),
        (Fault(kind="redirect"), NOT_JSON, 302, Next.RETRY, "platform_unavailable"),
        (Fault(500), "INTERNAL_SERVER_ERROR", 500, Next.RETRY, "platform_unavailable"),
        (
            Fault(500, "OPERATION_DENIED_EIP_STATUS_NOT_SUPPORT"),
            *("OPERATION_DENIED_EIP_STATUS_NOT_SUPPORT", 500, Next.REFUSED, "platform_refused"),
        ),
        (Fault(404, "Invalid.Eip.Not.Found"), "INVALID_EIP_NOT_FOUND", 404, Next.GONE, "platform_refused"),
        (
            Fault(403, "AUTHFAILURE_UNAUTHORIZED_OPERATION"),
            *("AUTHFAILURE_UNAUTHORIZED_OPERATION", 403, Next.NOT_PERMITTED, "platform_refused"),
        ),
        (Fault(kind="cut"), NETWORK, None, Next.RETRY, "platform_unavailable"),
        (Fault(kind="cut_after"), NETWORK, None, Next.RETRY, "platform_unavailable"),
        (Fault(kind="half"), NETWORK, None, Next.RETRY, "platform_unavailable"),
    ],
)
def test_every_way_to_fail_has_its_code_and_its_next_step(
    standin: Standin, fault: Fault, code: str, status: int | None, step: Next, refused_as: str
) -> None:
    standin.always = fault
    failed = failure(Client(access(standin.endpoint)))
    assert (failed.code, failed.status, next_step(failed), failed.sent) == (code, status, step, True)
    refusal = refusal_of(failed)
    assert refusal.code == refused_as
    assert refusal.details["platform"]["code"] == code


def test_a_redirect_is_not_followed(standin: Standin) -> None:
    standin.always = Fault(kind="redirect")
    failure(Client(access(standin.endpoint)))
    assert len(standin.seen) == 1


def test_the_pause_that_the_api_asks_for_is_kept(standin: Standin) -> None:
    standin.always = Fault(429, "REQUEST_LIMIT_EXCEEDED", headers={"Retry-After": "7"})
    assert failure(Client(access(standin.endpoint))).retry_after == 7


def test_an_answer_that_drips_ends_at_the_deadline(standin: Standin) -> None:
    standin.always = Fault(kind="drip")
    failed = failure(Client(access(standin.endpoint), deadline=0.2))
    assert (failed.code, failed.sent) == (NETWORK, True)
    assert "0.2 seconds" in failed.message


def test_a_refused_connection_has_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        nobody = f"http://127.0.0.1:{held.getsockname()[1]}"
    failed = failure(Client(access(nobody), may_write=True), "DeleteEip")
    assert (failed.code, failed.sent) == (NETWORK, False)


def test_a_password_of_netrc_is_not_sent(standin: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password something-else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    Client(access(standin.endpoint)).call(EIPS, PAGE)
    assert standin.seen[0].headers["Authorization"].startswith("ZC2-HMAC-SHA256")


def test_the_proxy_of_the_environment_is_used_unless_no_proxy_names_the_host(
    standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", standin.endpoint)  # it answers a proxied request as its own
    assert Client(access("http://zenlayer.invalid")).call(EIPS, PAGE)["totalCount"] == 1
    assert standin.seen[0].headers["host"] == "zenlayer.invalid"
    monkeypatch.setenv("NO_PROXY", ".invalid")
    assert failure(Client(access("http://zenlayer.invalid"))).sent is False
    assert len(standin.seen) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of this host that no authority signed, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    found = folder / "cert.pem", folder / "key.pem"
    words = (
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x -out {found[0]}"
    )
    names = ["-keyout", str(found[1]), "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*words.split(), *names], check=True, capture_output=True)
    return found


@pytest.mark.parametrize("where", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "profile", "nowhere"])
def test_the_authority_comes_from_the_profile_or_the_environment(
    certificate: tuple[Path, Path], where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate)
    known = str(certificate[0])
    if where.isupper():
        monkeypatch.setenv(where, known)
    with serving(Account(), tls) as found:
        client = Client(replace(access(found.endpoint), ca_file=known if where == "profile" else None))
        if where == "nowhere":
            failed = failure(client)
            assert (failed.sent, "certificate" in failed.message) == (False, True)
        else:
            assert client.call(EIPS, PAGE)["totalCount"] == 0
        client.close()


def test_no_message_shows_a_secret(standin: Standin, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "a-secret-that-nobody-sees"  # noqa: S105  # made up
    found = access(standin.endpoint, token=secret, proxy="http://user:a-secret-that-nobody-sees@127.0.0.1:1")
    shown = [repr(found), str(found.token)]
    try:
        Client(found).call(EIPS, PAGE)
    except Failed as failed:
        shown += [*traceback.format_exception(failed), str(refusal_of(failed)), str(refusal_of(failed).details)]
    assert secret not in "".join(shown) + caplog.text
    with pytest.raises(TypeError):
        pickle.dumps(found.token)


def test_the_fields_are_those_of_the_sdk() -> None:
    for action in ACTIONS.values():
        version = SERVICES[action.service]
        folder = f"zenlayercloud.{action.service}.v{version.replace('-', '')}"
        models = import_module(f"{folder}.models")
        client = getattr(import_module(f"{folder}.{action.service}_client"), f"{action.service.title()}Client")
        assert (client._service, client._api_version) == (action.service, version)
        assert callable(getattr(client, action.name))
        assert set(action.sends) <= vars(getattr(models, f"{action.name}Request")()).keys(), action.name
        if action.model:
            assert set(action.reads) <= vars(getattr(models, action.model)()).keys(), action.name


def test_the_signature_is_that_of_the_documentation() -> None:
    """The verifier of the stand-in is independent of the SDK, which passes it with a body that is not ASCII too."""
    account = Account()
    with serving(account) as found:
        answer = Client(access(found.endpoint)).call(EIPS, {**PAGE, "eipIds": ["é", "\U0001f600"]})
    assert answer["totalCount"] == 0
