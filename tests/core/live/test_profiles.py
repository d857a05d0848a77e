"""Profiles of the configuration, and where their secrets are."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from core import EipdeckError, load_config
from core.live.profiles import Profile, access_of, profile_named

GOOD = 'token = "env:ZC_TOKEN"\n'
SECRET = "token-that-nobody-sees"  # noqa: S105  # made up


def profile(folder: Path, body: str, name: str = "acme") -> Profile:
    path = folder / "config.toml"
    path.write_text(f"[profiles.{name}]\n{body}")
    return profile_named(load_config(path), name)


def refused(folder: Path, body: str) -> str:
    with pytest.raises(EipdeckError) as caught:
        profile(folder, body)
    assert caught.value.code == "usage"
    return caught.value.message


def test_a_profile_has_its_defaults(tmp_path: Path) -> None:
    assert profile(tmp_path, GOOD) == Profile("acme", token="env:ZC_TOKEN")  # noqa: S106  # a name


def test_an_unknown_profile_names_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[profiles.acme]\n{GOOD}")
    with pytest.raises(EipdeckError, match="acme"):
        profile_named(load_config(path), "other")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "needs either token, or key_id and key"),
        ('key_id = "ak"\n', "needs either"),
        ('key = "env:K"\n', "needs either"),
        (f'{GOOD}key_id = "ak"\nkey = "env:K"\n', "needs either"),
        (f"{GOOD}colour = 1\n", "not a known setting"),
        (f'{GOOD}rate = "fast"\n', "rate is not a whole number"),
        (f"{GOOD}rate = 0\n", "rate is not a whole number"),
        (f'{GOOD}endpoint = "http://zenlayer.example"\n', "https address"),
        (f'{GOOD}endpoint = "https://zenlayer.example/api"\n', "https address"),
        (f'{GOOD}endpoint = "https://me:{SECRET}@zenlayer.example"\n', "a user or a password"),
        (f'token = "{SECRET}"\n', "names where it is"),
    ],
)
def test_a_wrong_profile_is_named_and_no_secret_quoted(tmp_path: Path, body: str, words: str) -> None:
    message = refused(tmp_path, body)
    assert words in message
    assert SECRET not in message


def test_a_secret_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZC_TOKEN", f"{SECRET}\n")
    found = access_of(profile(tmp_path, GOOD))
    assert found.token is not None
    assert (found.token.reveal(), str(found.token), SECRET in repr(found)) == (SECRET, "***", False)


@pytest.mark.parametrize("value", [None, "", " ", "with\nline", "schlüssel"])
def test_a_variable_without_a_key_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv("ZC_TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("ZC_TOKEN", value)
    with pytest.raises(EipdeckError, match="token"):
        access_of(profile(tmp_path, GOOD))


def test_a_secret_comes_from_a_file_that_others_cannot_read(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(SECRET)
    body = f'token = "file:{file}"\n'
    file.chmod(0o640)
    with pytest.raises(EipdeckError, match="0600"):
        access_of(profile(tmp_path, body))
    file.chmod(0o600)
    found = access_of(profile(tmp_path, body)).token
    assert found is not None
    assert found.reveal() == SECRET


def test_a_secret_comes_from_the_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = ModuleType("keyring")
    held = {("zenlayer", "acme"): SECRET}
    ring.get_password = lambda *where: held.get(where)  # type: ignore[attr-defined]  # a module made here
    monkeypatch.setitem(sys.modules, "keyring", ring)
    found = access_of(profile(tmp_path, 'token = "keyring:zenlayer/acme"\n')).token
    assert found is not None
    assert found.reveal() == SECRET
    with pytest.raises(EipdeckError, match="has no"):
        access_of(profile(tmp_path, 'token = "keyring:zenlayer/other"\n'))


def test_the_ca_file_lies_beside_the_configuration(tmp_path: Path) -> None:
    assert profile(tmp_path, f'{GOOD}ca_file = "ca.pem"\n').ca_file == str(tmp_path / "ca.pem")
