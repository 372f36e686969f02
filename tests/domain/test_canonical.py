"""Canonical bytes: the same facts have the same bytes, and nothing else is accepted as canonical."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies as st

from kernel.domain import canonical
from kernel.domain.canonical import NotCanonicalError

plain_text = st.text(st.characters(exclude_categories=["Cs"])).map(
    lambda t: __import__("unicodedata").normalize("NFC", t)
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | plain_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(plain_text, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_what_is_written_is_read_back(value):
    assert canonical.from_bytes(canonical.to_bytes(value)) == value


@given(st.dictionaries(plain_text, st.integers(0, 9), min_size=2))
def test_the_order_of_keys_changes_nothing(value):
    turned = dict(reversed(list(value.items())))
    assert canonical.to_bytes(value) == canonical.to_bytes(turned)


def test_known_bytes():
    assert (
        canonical.to_bytes({"b": [1, None, True], "a": "标段\n"})
        == '{"a":"标段\\n","b":[1,null,true]}'.encode()
    )
    assert canonical.digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize(
    "value", [1.5, float("nan"), 2**53, {1: 2}, b"x", "e\u0301", "\ud800", {"k": {"n": 0.1}}]
)
def test_values_without_a_canonical_form(value):
    with pytest.raises(NotCanonicalError):
        canonical.to_bytes(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1}\n',
        b"\xff",
        b'{"a":1.0}',
        b"[1e0]",
        b'"\\u4e2d"',
        b"",
        b"[" * 100000,
        b"[" * 5000 + b"]" * 5000,
        b'{"a":' + b"9" * 5000 + b"}",
        b'"\\ud800"',
        b"[1e999]",
        b"[NaN]",
    ],
)
def test_other_bytes_are_refused(data):
    with pytest.raises(NotCanonicalError):
        canonical.from_bytes(data)


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2099, 1, 1), timezones=st.just(UTC)))
def test_instants_are_cut_never_rounded(moment):
    read = canonical.parse_instant(canonical.instant(moment))
    assert timedelta(0) <= moment - read < timedelta(milliseconds=1)


def test_an_instant_is_told_in_utc():
    moment = datetime(2026, 3, 20, 9, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=8)))
    assert canonical.instant(moment) == "2026-03-20T01:00:00.999Z"
    with pytest.raises(NotCanonicalError):
        canonical.instant(moment.replace(tzinfo=None))


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-20T01:00:00Z",
        "2026-03-20T01:00:00.1Z",
        "2026-03-20T01:00:00.1234Z",
        "2026-03-20T01:00:00.000+00:00",
        "",
        None,
    ],
)
def test_other_instants_are_refused(text):
    with pytest.raises(NotCanonicalError):
        canonical.parse_instant(text)


@pytest.mark.parametrize("text", ["AA", "AA=", "AB==", "AA==\n", " AA==", "A_==", "QUJD\n"])
def test_base64_is_strict(text):
    with pytest.raises(NotCanonicalError):
        canonical.unb64(text)
