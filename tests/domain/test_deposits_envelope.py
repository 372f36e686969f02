"""Signed messages: in the order signature, time, nonce, and only then the data; a reply belongs to its request."""

from datetime import timedelta

import pytest

from deposits.domain import envelope
from deposits.domain.envelope import AnswerRefusedError, EnvelopeError
from tests.domain import sealing_world as world

NOW = world.SEALED
NONCE = "0123456789abcdef" * 2
ROOTS = [world.authority().certificate]
PLATFORM, BANK, STRANGER = (world.party(one) for one in (world.PLATFORM, world.FOURTH, world.RIVAL))


def ask(call="report", data=None, *, by=PLATFORM, domain=envelope.BANK, at=NOW, nonce=NONCE):
    return envelope.request(call, data or {"lot": "x"}, domain=domain, nonce=nonce, at=at, sign=by.sign)


class Desk:
    """A receiver that remembers nonces and notes whether it got so far."""

    def __init__(self):
        self.seen, self.asked = set(), 0

    def remember(self, sender, nonce, until):
        self.asked += 1
        fresh = (sender, nonce) not in self.seen
        self.seen.add((sender, nonce))
        return fresh

    def open(self, message, *, call="report", domain=envelope.BANK, now=NOW):
        return envelope.open_request(
            message, call=call, domain=domain, roots=ROOTS, now=now, remember=self.remember
        )


def answer(message, asked, *, by=BANK, call="report", sender=world.FOURTH, now=NOW):
    return envelope.open_reply(
        message,
        asked,
        call=call,
        domain=envelope.BANK,
        roots=ROOTS,
        now=now,
        sender=sender.credit_code,
    )


def test_a_request_travels_and_names_its_sender():
    message = envelope.read(envelope.to_bytes(ask()))
    assert set(message) == {"data", "encrypt", "nonceStr", "timeStamp", "sign"}
    found = Desk().open(message)
    assert (found.call, found.data, found.sender.credit_code) == (
        "report",
        {"lot": "x"},
        world.PLATFORM.credit_code,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"data": {"lot": "y"}},
        {"nonceStr": "f" * 32},
        {"timeStamp": "2026-03-20T08:31:07.121Z"},
        {"sign": "AA=="},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_member_breaks_the_signature(change):
    desk = Desk()
    with pytest.raises(EnvelopeError, match="signature"):
        desk.open({**ask(), **change})
    assert desk.asked == 0, "no nonce of an unsigned message is remembered"


def test_a_message_stands_for_its_call_and_domain_alone():
    with pytest.raises(EnvelopeError, match="signature"):
        Desk().open(ask("report"), call="refund")
    with pytest.raises(EnvelopeError, match="signature"):
        Desk().open(ask(domain=envelope.ISSUER))


@pytest.mark.parametrize("shift", [timedelta(minutes=5, seconds=1), -timedelta(minutes=5, seconds=1)])
def test_an_old_or_future_message_is_not_taken_and_not_remembered(shift):
    desk = Desk()
    with pytest.raises(EnvelopeError, match="outside of"):
        desk.open(ask(), now=NOW + shift)
    assert desk.asked == 0


def test_a_message_is_taken_once():
    desk = Desk()
    desk.open(ask())
    with pytest.raises(EnvelopeError, match="before"):
        desk.open(ask())
    desk.open(ask(nonce="a" * 32))


def test_a_reply_repeats_nonce_and_time_and_carries_its_evidence():
    asked = ask()
    reply = envelope.reply(Desk().open(asked), {"paid": 1}, domain=envelope.BANK, sign=BANK.sign)
    assert (reply["nonceStr"], reply["timeStamp"]) == (asked["nonceStr"], asked["timeStamp"])
    found = answer(envelope.read(envelope.to_bytes(reply)), asked)
    assert found.result == {"paid": 1}
    assert b'"call":"report/reply"' in found.signed


def test_a_reply_of_another_signer_is_no_reply():
    asked = ask()
    reply = envelope.reply(Desk().open(asked), {}, domain=envelope.BANK, sign=STRANGER.sign)
    with pytest.raises(EnvelopeError, match="not by"):
        answer(reply, asked)


def test_a_reply_to_another_request_is_no_reply():
    first, second = ask(), ask(nonce="b" * 32)
    reply = envelope.reply(Desk().open(first), {}, domain=envelope.BANK, sign=BANK.sign)
    with pytest.raises(EnvelopeError, match="another request"):
        answer(reply, second)


def test_a_request_sent_back_is_no_reply():
    asked = ask(by=BANK)
    with pytest.raises(EnvelopeError, match="signature"):
        answer(asked, asked)


def test_a_refusal_carries_its_sentence():
    asked = ask()
    reply = envelope.decline(asked, "report", "not before T", domain=envelope.BANK, sign=BANK.sign)
    assert reply["data"] == {"status": 0, "ackMsg": "not before T"}
    with pytest.raises(AnswerRefusedError, match="not before T"):
        answer(reply, asked)


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b"nonsense",
        envelope.to_bytes({**ask(), "encrypt": "1"}),
        envelope.to_bytes({**ask(), "more": 1}),
        envelope.to_bytes({**ask(), "data": []}),
        envelope.to_bytes({**ask(), "nonceStr": "short"}),
        envelope.to_bytes(ask()).replace(b'"encrypt":"0"', b'"encrypt": "0"'),
    ],
    ids=range(8),
)
def test_what_is_no_message_is_not_read(body):
    with pytest.raises(EnvelopeError):
        envelope.read(body)


def test_a_nonce_must_be_random_looking():
    with pytest.raises(EnvelopeError, match="nonce"):
        ask(nonce="1")
