"""A guarantee issuer as a program of its own: it knows its own clients, and of a lot only what they tell it.

Bidders call `quote`, `apply` and `fetch`; the platform calls `verify` and `release`, and is answered only from the
lot's deadline on. Run it as `python -m demo.issuer --home DIR --trust DIR [--rate 0.002] [--floor 500.00]`.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from accounts.domain.certificates import CertificateFacts
from demo.service import Service, State, arguments, require, serve
from deposits.domain import amounts, calls, envelope, terms
from deposits.domain.calls import Account, Application, CallError, Fee, Standing
from deposits.domain.envelope import Request
from deposits.domain.guarantees import Guarantee, Party
from deposits.domain.lifecycle import ORDER, Order, OrderLever
from kernel.domain import canonical, money

NUMBER = "BH{year}{count:08d}"


class Issuer(Service):
    """Sells guarantees at its published price and answers for them."""

    def __init__(self, home: Path, trust: Path, *, rate: Decimal, floor: Decimal) -> None:
        super().__init__(home, trust, envelope.ISSUER, {"orders": {}, "numbers": {}})
        self.rate, self.floor = rate, floor
        self.handlers = {
            calls.QUOTE: self.quote,
            calls.APPLY: self.apply,
            calls.FETCH: self.fetch,
            calls.VERIFY: self.verify,
            calls.RELEASE: self.release,
        }

    def quote(self, _state: State, asked: Request, _now: datetime) -> Mapping[str, Any]:
        """Say what a guarantee of an amount would cost."""
        amount = money.parse(calls.field(asked.data, "amount"))
        return {
            "amount": money.to_text(amount),
            "fee": money.to_text(self._fee(amount)),
            "rate": f"{self.rate:f}",
            "floor": money.to_text(self.floor),
        }

    def apply(self, state: State, asked: Request, now: datetime) -> Mapping[str, Any]:
        """Take an application, judge it, charge the fee and issue; the same order again gives the same answer."""
        wanted = Application.from_json(dict(asked.data))
        known = state["orders"].get(wanted.order)
        if known is None:
            known = state["orders"][wanted.order] = self._judge(state, wanted, asked.sender, now)
        same = (known["application"], known["principal"]) == (
            wanted.as_json(),
            _party(asked.sender).as_json(),
        )
        require(same, "this order number is taken by another application; choose a new random one")
        return {name: known[name] for name in ("order", "state", "reason", "number", "fee")}

    def fetch(self, state: State, asked: Request, _now: datetime) -> Mapping[str, Any]:
        """Hand a guarantee to the bidder for whom it was issued."""
        known = state["orders"].get(calls.field(asked.data, "order"))
        mine = known is not None and known["principal"]["credit_code"] == asked.sender.credit_code
        require(mine, "there is no such order of yours")
        return {name: known[name] for name in ("order", "state", "reason", "number", "document", "signature")}

    def verify(self, state: State, asked: Request, now: datetime) -> Mapping[str, Any]:
        """Tell the platform after the deadline whether a guarantee stands, and who paid for it."""
        known = self._of_platform(state, asked, now)
        if known is not None and known["state"] == Order.ISSUED:
            self._move(known, OrderLever.REVEAL)
        return self._standing(calls.field(asked.data, "number"), known).as_json()

    def release(self, state: State, asked: Request, now: datetime) -> Mapping[str, Any]:
        """Free the principal of a guarantee that the platform gives back; twice is once."""
        known = self._of_platform(state, asked, now)
        if known is not None and known["state"] in (Order.ISSUED, Order.REVEALED):
            self._move(known, OrderLever.RELEASE)
        return self._standing(calls.field(asked.data, "number"), known).as_json()

    def _judge(
        self, state: State, wanted: Application, sender: CertificateFacts, now: datetime
    ) -> dict[str, Any]:
        principal = _party(sender)
        order: dict[str, Any] = {
            "order": wanted.order,
            "application": wanted.as_json(),
            "principal": principal.as_json(),
            "state": Order.APPLIED.value,
            **dict.fromkeys(
                ("reason", "number", "fee", "document", "signature", "sha256", "fee_reference"), ""
            ),
        }
        order["reason"] = _fault(wanted, sender, now)
        if order["reason"]:
            self._move(order, OrderLever.REJECT)
            return order
        self._move(order, OrderLever.ACCEPT)
        count = len(state["numbers"]) + 1
        order["number"] = NUMBER.format(year=now.year, count=count)
        order["fee"], order["fee_reference"] = money.to_text(self._fee(wanted.amount)), f"FEE-{count:08d}"
        self._issue(order, wanted, principal, now)
        state["numbers"][order["number"]] = wanted.order
        return order

    def _issue(self, order: dict[str, Any], wanted: Application, principal: Party, now: datetime) -> None:
        value = Guarantee(
            number=order["number"],
            tender=wanted.tender,
            lot=wanted.lot,
            issuer=_party(self.facts),
            principal=principal,
            beneficiary=wanted.beneficiary,
            amount=wanted.amount,
            valid_from=now,
            valid_until=terms.valid_until(wanted.deadline, wanted.validity_days),
            issued_at=now,
        ).as_json()
        order["document"] = canonical.to_bytes(value).decode()
        order["signature"] = canonical.b64(self.signer.sign(value))
        order["sha256"] = canonical.digest(value)
        self._move(order, OrderLever.ISSUE)

    def _of_platform(self, state: State, asked: Request, now: datetime) -> dict[str, Any] | None:
        require(self.is_platform(asked.sender), "only the platform asks this")
        number, lot = calls.field(asked.data, "number"), calls.field(asked.data, "lot")
        known: dict[str, Any] | None = state["orders"].get(state["numbers"].get(number))
        if known is None or known["application"]["lot"] != lot:
            return None
        deadline = known["application"]["deadline"]
        require(
            canonical.instant(now) >= deadline,
            f"nothing is said about a lot's guarantees before its deadline {deadline}",
        )
        until = canonical.from_bytes(known["document"].encode())["valid_until"]
        if canonical.instant(now) >= until and known["state"] in (Order.ISSUED, Order.REVEALED):
            self._move(known, OrderLever.EXPIRE)
        return known

    def _standing(self, number: str, known: Mapping[str, Any] | None) -> Standing:
        if known is None:
            return Standing(number, "unknown", "", None)
        account = known["application"]["fee_account"]
        fee = Fee(
            amount=money.parse(known["fee"]),
            payer=Account(account["number"], account["name"]),
            reference=known["fee_reference"],
        )
        return Standing(number, known["state"], known["sha256"], fee)

    def _fee(self, amount: Decimal) -> Decimal:
        return amounts.premium(amount, rate=self.rate, floor=self.floor)

    def _move(self, order: dict[str, Any], lever: OrderLever) -> None:
        order["state"] = ORDER.step(order["state"], lever).target.value


def _party(sender: CertificateFacts) -> Party:
    return Party(sender.organisation, sender.credit_code)


def _fault(wanted: Application, sender: CertificateFacts, now: datetime) -> str:
    """Return in one sentence why an application is rejected, "" when it is accepted (E-04)."""
    if sender.person is not None:
        raise CallError("sign with the organisation's certificate: the principal is the bidder, not a person")
    if now >= wanted.deadline:
        return (
            f"the bid deadline {canonical.instant(wanted.deadline)} has passed; a guarantee must precede it"
        )
    if wanted.amount <= 0:
        return "the amount must be above zero"
    if sender.credit_code == wanted.beneficiary.credit_code:
        return "principal and beneficiary are one organisation"
    return ""


def main(words: list[str] | None = None) -> int:
    """Run an issuer."""
    parser = arguments("demo.issuer", "A guarantee issuer that talks in signed messages.")
    parser.add_argument("--rate", type=Decimal, default=Decimal("0.002"), help="share of the amount")
    parser.add_argument("--floor", type=Decimal, default=Decimal("500.00"), help="least fee in yuan")
    chosen = parser.parse_args(words)
    return serve(Issuer(chosen.home, chosen.trust, rate=chosen.rate, floor=chosen.floor), chosen.port)


if __name__ == "__main__":
    raise SystemExit(main())
