"""The filter grammar: every key, every shape of a bare word, and what each refusal names."""

from __future__ import annotations

import ast
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.domain import addresses, errors, filters
from core.domain.filters import FILTER_KEYS, Filter, InvalidFilter, Term, filter_term, parse_filter

DAY = 86_400
addresses_as_text = st.integers(0, 2**32 - 1).map(lambda number: str(IPv4Address(number)))
plain_words = st.text(st.characters(exclude_categories=["Cs", "Z", "C"], exclude_characters='":!.'), min_size=1).filter(
    lambda word: not any(char.isspace() for char in word)
)


def one(words: str) -> Term:
    (term,) = parse_filter(words).terms
    return term


def span(words: str) -> tuple[str, str, str]:
    term = one(words)
    return term.key, str(IPv4Address(term.first)), str(IPv4Address(term.last))


@pytest.mark.parametrize("words", ["", " ", "\t\n"])
def test_nothing_written_filters_nothing(words: str) -> None:
    assert parse_filter(words) == Filter(())


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("203.0.113.0/25", "203.0.113.0", "203.0.113.127"),
        ("203.0.113.7", "203.0.113.7", "203.0.113.7"),
        ("203.0.113.7/32", "203.0.113.7", "203.0.113.7"),
        ("203.0.113.", "203.0.113.0", "203.0.113.255"),
        ("203.0.", "203.0.0.0", "203.0.255.255"),
        ("10.", "10.0.0.0", "10.255.255.255"),
        ("128.0.0.0/1", "128.0.0.0", "255.255.255.255"),
    ],
)
def test_an_address_shaped_word_means_what_lies_within(words: str, first: str, last: str) -> None:
    assert span(words) == ("within", first, last)
    assert span(f"!{words}") == ("within", first, last)
    assert one(f"!{words}").negated


@pytest.mark.parametrize(
    "word",
    ["web", "web-31", "203.0.113", "203.0.113.07", "203.0.113.256", "256.", "1.2.3.4.", "1.2.3.4.5", ".7", "eip-7",
     "a/b", "1/2", "\u4e1c\u4eac", "[/]", "100%", "a_b", "\\"],
)  # fmt: skip
def test_any_other_bare_word_is_text(word: str) -> None:
    assert one(word) == Term("text", word)
    assert one(f"!{word}") == Term("text", word, negated=True)


@pytest.mark.parametrize(
    ("words", "term"),
    [
        ("own:yes", Term("own", "yes")),
        ("own:no", Term("own", "no")),
        ("state:cooling", Term("state", "cooling")),
        ("!state:released", Term("state", "released", negated=True)),
        ("pool:hk-edge", Term("pool", "hk-edge")),
        ("pool:a:b", Term("pool", "a:b")),
        ("region:asia-east-1", Term("region", "asia-east-1")),
        ("kind:load_balancer", Term("kind", "load_balancer")),
        ("kind:lb", Term("kind", "load_balancer")),
        ("service:lb", Term("service", "lb")),
        ("pool:lb", Term("pool", "lb")),
        ("by:alice", Term("by", "alice")),
        ('by:"alice of noc"', Term("by", "alice of noc")),
        ('"by:alice"', Term("text", "by:alice")),
        ("is:problem", Term("is", "problem")),
        ("!is:idle", Term("is", "idle", negated=True)),
        ("age:>90d", Term("age", ">", seconds=90 * DAY)),
        ("age:<12h", Term("age", "<", seconds=12 * 3600)),
        ("age:>=2w", Term("age", ">", seconds=14 * DAY)),
        ("age:30m", Term("age", ">", seconds=1800)),
        ('"two words"', Term("text", "two words")),
        ('two" "words', Term("text", "two words")),
        ('!"two words"', Term("text", "two words", negated=True)),
        ('"!x"', Term("text", "!x")),
        ('"203.0.113.7"', Term("text", "203.0.113.7")),
        ('"web:80"', Term("text", "web:80")),
        ('!"":x', Term("text", ":x", negated=True)),
    ],
)
def test_a_word_is_one_term(words: str, term: Term) -> None:
    assert one(words) == term


def test_a_cidr_is_a_range_of_addresses() -> None:
    assert span("cidr:203.0.113.0/24") == ("cidr", "203.0.113.0", "203.0.113.255")


def test_words_are_all_kept_in_their_order_also_of_one_key() -> None:
    terms = parse_filter("  own:no state:bound\tstate:unbound  web ").terms
    assert [(term.key, term.value) for term in terms] == [
        ("own", "no"),
        ("state", "bound"),
        ("state", "unbound"),
        ("text", "web"),
    ]


@pytest.mark.parametrize("words", ["colour:red", "Own:yes", ":x", "http://x", "2001:db8::1", "text:x", "within:x"])
def test_an_unknown_key_is_refused_naming_the_known_ones(words: str) -> None:
    with pytest.raises(InvalidFilter) as refusal:
        parse_filter(words)
    assert all(key in str(refusal.value) for key in FILTER_KEYS)


@pytest.mark.parametrize("key", [key for key, values in FILTER_KEYS.items() if values])
def test_an_unknown_value_is_refused_naming_the_known_ones(key: str) -> None:
    for value in ("", "maybe", FILTER_KEYS[key][0].upper()):
        with pytest.raises(InvalidFilter) as refusal:
            parse_filter(f"{key}:{value}")
        assert all(known in str(refusal.value) for known in FILTER_KEYS[key])


@pytest.mark.parametrize("key", FILTER_KEYS)
def test_every_key_is_understood_with_its_values(key: str) -> None:
    value = {"cidr": "203.0.113.0/24", "age": ">90d"}.get(key, "hk-edge")
    for each in FILTER_KEYS[key] or (value,):
        assert one(f"{key}:{each}").key == key


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("pool:", "pool: needs a value"),
        ('pool:""', "pool: needs a value"),
        ("age:", "age: needs a value"),
        ("age:90", "age: takes a bound such as >90d"),
        ("age:>90y", "age: takes a bound such as >90d"),
        ("age:9999999d", "age: takes a bound such as >90d"),
        ("age:>\u0669d", "age: takes a bound such as >90d"),
        ("cidr:203.0.113.0", "not an IPv4 prefix; write one like 203.0.113.0/25"),
        ("cidr:203.0.113.0/33", "not an IPv4 prefix"),
        ("cidr:2001:db8::/32", "not an IPv4 prefix"),
        ("cidr:203.0.113.9/24", "host bits set; write 203.0.113.0/24"),
        ("203.0.113.9/24", "host bits set; write 203.0.113.0/24"),
        ("203.0.113.0/33", "not an IPv4 prefix"),
        ("203.0.113.0/", "not an IPv4 prefix"),
        ("203.0.113.0/024", "not an IPv4 prefix"),
        ("203.0.113.0/255.255.255.0", "not an IPv4 prefix"),
        ("!", "names nothing"),
        ("!!", "names nothing"),
        ('""', "names nothing"),
        ('"web', "quote is not closed"),
        ('a "b" c"', "quote is not closed"),
        ("web\0", "without NUL"),
        ("web\udcff", "without broken characters"),
        ("x" * 2001, "at most 2000 characters"),
        ("x " * 51, "at most 50 words, this one 51"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_reason(words: str, why: str) -> None:
    with pytest.raises(InvalidFilter) as refusal:
        parse_filter(words)
    assert why in str(refusal.value)


def test_a_refusal_repeats_hostile_text_short_and_spelled_out() -> None:
    with pytest.raises(InvalidFilter) as refusal:
        parse_filter(f"\x1b]52;c{'x' * 1000}:y")
    assert "\x1b" not in str(refusal.value)
    assert len(str(refusal.value)) < 300


@given(st.text() | st.text('!"ownag:<>=yes0123456789./dhmw \t'))
def test_any_text_is_a_filter_or_refused_as_one(words: str) -> None:
    try:
        terms = parse_filter(words).terms
    except InvalidFilter:
        return
    for term in terms:
        assert term.key in {"text", "within", *FILTER_KEYS}
        assert term.value
        assert 0 <= term.first <= term.last < 2**32


@given(st.lists(plain_words, max_size=5))
def test_plain_words_are_kept_as_they_are(words: list[str]) -> None:
    assert parse_filter(" ".join(words)).terms == tuple(Term("text", word) for word in words)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters='"\0'), min_size=1, max_size=100))
def test_any_text_without_a_quote_can_be_searched_for_in_quotes(text: str) -> None:
    if text != "!":
        assert parse_filter(f'"{text}"').terms == (Term("text", text),)
        assert parse_filter(f'service:"{text}"').terms == (Term("service", text),)


@given(
    st.sampled_from([key for key, values in FILTER_KEYS.items() if not values and key not in ("age", "cidr")]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=255)
    | st.text('" \t!:a', min_size=1),
)
@example("service", "a is:idle")
@example("pool", 'a "b" ""c')
def test_a_key_and_any_value_written_as_a_term_are_read_back(key: str, value: str) -> None:
    assert parse_filter(filter_term(key, value)).terms == (Term(key, value),)
    assert parse_filter(f"web !{filter_term(key, value)} own:no").terms[1] == Term(key, value, negated=True)


def test_what_needs_no_quotes_has_none() -> None:
    assert filter_term("pool", "hk-edge") == "pool:hk-edge"
    assert filter_term("cidr", "203.0.113.0/24") == "cidr:203.0.113.0/24"


@given(addresses_as_text, st.integers(0, 32))
def test_containment_agrees_with_the_standard_library(address: str, length: int) -> None:
    network = IPv4Network(f"{address}/{length}", strict=False)
    for words in (str(network), f"cidr:{network}"):
        term = one(words)
        assert (term.first, term.last) == (int(network.network_address), int(network.broadcast_address))
    assert one(address).first == one(address).last == int(IPv4Address(address))


@pytest.mark.parametrize("module", [addresses, filters, errors])
def test_a_pure_module_imports_nothing_of_ours(module: object) -> None:
    source = Path(str(getattr(module, "__file__", ""))).read_text(encoding="utf-8")
    named = [node.module for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    named += [
        alias.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import) for alias in node.names
    ]
    assert named
    assert not [name for name in named if name is None or name.split(".")[0] in ("core", "tui")]
