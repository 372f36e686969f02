"""A customer of the bank: asks for its sub-account, pays a deposit, shows a withdrawal to have its deposit back.

Prints the bank's verified answer as one JSON object. Run it as
`python -m demo.customer --home SEAT --trust DIR --bank URL --code CREDIT_CODE account LOT`,
`… pay --from NUMBER --to NUMBER --amount YUAN`, or `… give-back RECEIPT`.
"""

import argparse
import json
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from accounts.domain.certificates import load_bundle
from demo.service import load_signer
from deposits.domain import calls, envelope
from deposits.domain.envelope import AnswerRefusedError, EnvelopeError
from kernel import timemachine
from kernel.domain import canonical

NONCE_BYTES = 16
TIMEOUT = 30.0


def ask(home: Path, trust: Path, bank: tuple[str, str], call: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Send a signed message to a bank (address, credit code) and return its verified answer.

    Raises AnswerRefusedError with the bank's sentence, EnvelopeError for an answer that is not the bank's.
    """
    url, code = bank
    signer = load_signer(home)
    message = envelope.request(
        call,
        data,
        domain=envelope.BANK,
        nonce=secrets.token_hex(NONCE_BYTES),
        at=timemachine.now(),
        sign=signer.sign,
    )
    body = envelope.to_bytes(message)
    answer = httpx.post(f"{url.rstrip('/')}/{call}", content=body, timeout=TIMEOUT)
    found = envelope.open_reply(
        envelope.read(answer.content),
        message,
        call=call,
        domain=envelope.BANK,
        roots=load_bundle((trust / "roots.pem").read_bytes()),
        now=timemachine.now(),
        sender=code,
    )
    return dict(found.result)


def wanted(chosen: argparse.Namespace) -> tuple[str, dict[str, str]]:
    """Return the call and its data that the command line asks for."""
    if chosen.verb == "account":
        return calls.SUBACCOUNT, {"lot": chosen.lot}
    if chosen.verb == "pay":
        reference = chosen.reference or secrets.token_hex(NONCE_BYTES)
        paid = {"from": chosen.payer, "to": chosen.to, "amount": chosen.amount}
        return calls.TRANSFER, {"reference": reference, **paid}
    receipt = json.loads(chosen.receipt.read_text())
    record = canonical.to_bytes(receipt["record"]).decode()
    return calls.GIVE_BACK, {"record": record, "signature": receipt["signature"]}


def main(words: list[str] | None = None) -> int:
    """Ask the bank once; exit code 1 when it declines."""
    parser = argparse.ArgumentParser(prog="python -m demo.customer")
    parser.add_argument("--home", type=Path, required=True, help="enrolment folder of the seat")
    parser.add_argument("--trust", type=Path, required=True, help="trust folder: roots.pem")
    parser.add_argument("--bank", required=True, help="address of the bank")
    parser.add_argument("--code", required=True, help="credit code of the bank")
    below = parser.add_subparsers(dest="verb", required=True)
    below.add_parser("account", help="sub-account for a lot").add_argument("lot")
    pay = below.add_parser("pay", help="pay into a sub-account")
    pay.add_argument("--from", dest="payer", required=True, help="an account of one's own")
    pay.add_argument("--to", required=True, help="the sub-account")
    pay.add_argument("--amount", required=True, help="yuan with two decimals")
    pay.add_argument("--reference", default="", help="the same reference pays once")
    back = below.add_parser("give-back", help="have a deposit back after a withdrawal")
    back.add_argument("receipt", type=Path, help="receipt of the withdrawal")
    chosen = parser.parse_args(words)
    call, data = wanted(chosen)
    try:
        found = ask(chosen.home, chosen.trust, (chosen.bank, chosen.code), call, data)
    except (AnswerRefusedError, EnvelopeError, httpx.HTTPError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    print(json.dumps(found, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
