"""Signed messages between platform, kit, issuers and the bank: {data, encrypt, nonceStr, timeStamp, sign}.

`sign` is a CMS over the canonical bytes of {domain, call, data, nonceStr, timeStamp}. A receiver checks in this
order: signature, time window, nonce not used before; only then does it act. A reply repeats nonceStr and
timeStamp and is signed for the call `<call>/reply`, so that neither can stand for the other. `encrypt` is "0":
data travel as they are, over a channel that the operator protects.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509

from accounts.domain import cms
from accounts.domain.certificates import CertificateFacts, PrivateKey
from kernel.domain import canonical

ISSUER = "yangguang/issuer-message/v1"
BANK = "yangguang/bank-message/v1"
PLAIN = "0"
MEMBERS = frozenset({"data", "encrypt", "nonceStr", "timeStamp", "sign"})
BYTES_MOST = 4 * 1024 * 1024
WINDOW = timedelta(minutes=5)
"""How far the clocks of two parties may differ; engineering, not law."""
_NONCE = re.compile(r"[0-9a-f]{32}\Z", re.ASCII)
_REPLY = "/reply"

Remember = Callable[[str, str, datetime], bool]
"""(sender's credit code, nonce, instant until which it must be known) -> False when it was used before."""


class EnvelopeError(ValueError):
    """A message that is not acted on: of another shape, not signed, too old, or seen before."""


class AnswerRefusedError(Exception):
    """The other side understood the request and will not do it; the text is its sentence."""


@dataclass(frozen=True, slots=True)
class Signer:
    """The key with which one side signs its messages."""

    key: PrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    def sign(self, value: dict[str, Any]) -> bytes:
        """Return the CMS over a JSON value of a known domain."""
        return cms.sign_json(value, self.key, self.certificate, self.chain)


@dataclass(frozen=True, slots=True)
class Request:
    """A request that may be acted on: what is asked, by whom, and what its reply must repeat."""

    call: str
    data: Mapping[str, Any]
    sender: CertificateFacts
    nonce: str
    time_stamp: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A verified reply: its result, and the signed bytes with their signature as evidence."""

    result: Mapping[str, Any]
    signed: bytes
    signature: bytes


def request(
    call: str,
    data: Mapping[str, Any],
    *,
    domain: str,
    nonce: str,
    at: datetime,
    sign: Callable[[dict[str, Any]], bytes],
) -> dict[str, Any]:
    """Return the envelope of a request; `nonce` is 32 fresh random hex digits from the caller."""
    if not _NONCE.match(nonce):
        raise EnvelopeError("a nonce has 32 lower-case hex digits")
    return _envelope(call, dict(data), domain, nonce, canonical.instant(at), sign)


def read(body: bytes) -> dict[str, Any]:
    """Return the envelope that a body holds; raises EnvelopeError unless it has just the five members."""
    if len(body) > BYTES_MOST:
        raise EnvelopeError("the message is too long")
    try:
        value = canonical.from_bytes(body)
    except canonical.NotCanonicalError as error:
        raise EnvelopeError(f"the message cannot be read: {error}") from error
    if not isinstance(value, dict) or set(value) != MEMBERS:
        raise EnvelopeError(f"a message has the members {', '.join(sorted(MEMBERS))}")
    if value["encrypt"] != PLAIN:
        raise EnvelopeError('encrypted data are not read here: send them plain, with encrypt "0"')
    if not isinstance(value["data"], dict) or not all(
        isinstance(value[name], str) for name in ("nonceStr", "timeStamp", "sign")
    ):
        raise EnvelopeError("data is an object; nonceStr, timeStamp and sign are text")
    if not _NONCE.match(value["nonceStr"]):
        raise EnvelopeError("nonceStr has 32 lower-case hex digits")
    return value


def to_bytes(envelope: Mapping[str, Any]) -> bytes:
    """Return an envelope as it is sent."""
    return canonical.to_bytes(dict(envelope))


def open_request(
    envelope: Mapping[str, Any],
    *,
    call: str,
    domain: str,
    roots: Sequence[x509.Certificate],
    now: datetime,
    remember: Remember,
    window: timedelta = WINDOW,
) -> Request:
    """Return a request that may be acted on; raises EnvelopeError naming the first check that fails."""
    sender = _verify(envelope, call, domain, roots, now)
    sent = _instant(envelope["timeStamp"])
    if abs(now - sent) > window:
        raise EnvelopeError(
            f"the message is of {canonical.instant(sent)}, outside of {window} around {canonical.instant(now)}"
        )
    if not remember(sender.credit_code, envelope["nonceStr"], sent + window):
        raise EnvelopeError("this message was received before; send a new one with a new nonce")
    return Request(call, envelope["data"], sender, envelope["nonceStr"], envelope["timeStamp"])


def reply(
    asked: Request, result: Mapping[str, Any], *, domain: str, sign: Callable[[dict[str, Any]], bytes]
) -> dict[str, Any]:
    """Return the envelope that answers a request: status 1 and the result."""
    data = {"status": 1, "result": dict(result)}
    return _envelope(asked.call + _REPLY, data, domain, asked.nonce, asked.time_stamp, sign)


def decline(
    envelope: Mapping[str, Any],
    call: str,
    sentence: str,
    *,
    domain: str,
    sign: Callable[[dict[str, Any]], bytes],
) -> dict[str, Any]:
    """Return the envelope that refuses a message: status 0 and the reason in one sentence (ackMsg)."""
    data = {"status": 0, "ackMsg": sentence}
    stamp = canonical.instant(_instant(envelope["timeStamp"]))
    return _envelope(call + _REPLY, data, domain, envelope["nonceStr"], stamp, sign)


def open_reply(
    envelope: Mapping[str, Any],
    asked: Mapping[str, Any],
    *,
    call: str,
    domain: str,
    roots: Sequence[x509.Certificate],
    now: datetime,
    sender: str,
) -> Answer:
    """Return the verified answer of the organisation `sender` (credit code) to the request `asked`.

    Raises EnvelopeError when the reply is not that organisation's or answers another request, and
    AnswerRefusedError with the other side's sentence when it refuses.
    """
    signer = _verify(envelope, call + _REPLY, domain, roots, now)
    if signer.credit_code != sender:
        raise EnvelopeError(f"the answer is signed by {signer.organisation}, not by {sender}")
    if any(envelope[name] != asked[name] for name in ("nonceStr", "timeStamp")):
        raise EnvelopeError("the answer belongs to another request")
    data = envelope["data"]
    if data.get("status") == 1 and isinstance(data.get("result"), dict) and len(data) == 2:
        return Answer(
            data["result"],
            canonical.to_bytes(_signed(envelope, call + _REPLY, domain)),
            canonical.unb64(envelope["sign"]),
        )
    if data.get("status") == 0 and isinstance(data.get("ackMsg"), str):
        raise AnswerRefusedError(data["ackMsg"])
    raise EnvelopeError("the answer says neither a result nor why there is none")


def _envelope(
    call: str,
    data: dict[str, Any],
    domain: str,
    nonce: str,
    stamp: str,
    sign: Callable[[dict[str, Any]], bytes],
) -> dict[str, Any]:
    found = {"data": data, "encrypt": PLAIN, "nonceStr": nonce, "timeStamp": stamp}
    return {**found, "sign": canonical.b64(sign(_signed(found, call, domain)))}


def _signed(envelope: Mapping[str, Any], call: str, domain: str) -> dict[str, Any]:
    named = {name: envelope[name] for name in ("data", "nonceStr", "timeStamp")}
    return {"domain": domain, "call": call, **named}


def _verify(
    envelope: Mapping[str, Any],
    call: str,
    domain: str,
    roots: Sequence[x509.Certificate],
    now: datetime,
) -> CertificateFacts:
    try:
        signature = canonical.unb64(envelope["sign"])
        content = canonical.to_bytes(_signed(envelope, call, domain))
        return cms.verify_json(content, signature, roots, now, domain=domain).signer
    except (cms.SignatureError, canonical.NotCanonicalError) as error:
        raise EnvelopeError(f"the signature of the message does not hold: {error}") from error


def _instant(text: str) -> datetime:
    try:
        return canonical.parse_instant(text)
    except canonical.NotCanonicalError as error:
        raise EnvelopeError(f"timeStamp: {error}") from error
