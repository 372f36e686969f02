"""The bank that holds deposits, as a program of its own: it says who paid for a lot only from its deadline on.

The platform calls `lot` (when a lot is published), `close`, `report`, `refund`, `keep` and `statement`; bidders call
`subaccount`, `transfer` and `give-back`. Run it as `python -m demo.bank --home DIR --trust DIR --customers FILE`.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from accounts.domain import cms
from demo.service import Service, State, arguments, require, serve
from deposits.domain import calls, envelope
from deposits.domain.calls import Account, Back, BankLot, Done, Outgoing, Payment, Report
from deposits.domain.envelope import Request
from kernel.domain import canonical, money

WITHDRAWAL = "yangguang/withdrawal-record/v1"
SUBACCOUNT = "6299{count:012d}"
ONLY_PLATFORM = "only the platform asks this"


class Bank(Service):
    """Keeps its customers' accounts, one sub-account for each bidder and lot, and its mouth shut before T."""

    def __init__(self, home: Path, trust: Path, customers: Path | None) -> None:
        empty: State = {"accounts": {}, "lots": {}, "subaccounts": {}, "payments": {}, "outs": {}, "moves": 0}
        if customers is not None:
            empty["accounts"] = {one["number"]: one for one in json.loads(customers.read_text())}
        super().__init__(home, trust, envelope.BANK, empty)
        self.handlers = {
            calls.LOT: self.lot,
            calls.CLOSE: self.close,
            calls.SUBACCOUNT: self.subaccount,
            calls.TRANSFER: self.transfer,
            calls.GIVE_BACK: self.give_back,
            calls.REPORT: self.report,
            calls.REFUND: self.refund,
            calls.KEEP: self.keep,
            calls.STATEMENT: self.statement,
        }

    def lot(self, state: State, asked: Request, _now: datetime) -> Mapping[str, Any]:
        """Open a lot, or move its deadline back; never forward, and kept money never goes to another account."""
        require(self.is_platform(asked.sender), ONLY_PLATFORM)
        told = BankLot.from_json(dict(asked.data))
        known = state["lots"].get(told.lot)
        if known is not None:
            before = BankLot.from_json(known["told"])
            require(told.deadline >= before.deadline, "a deadline only moves back")
            same = (told.beneficiary, told.beneficiary_account) == (
                before.beneficiary,
                before.beneficiary_account,
            )
            require(same, "the beneficiary of a lot does not change")
        cancelled = known is not None and known["cancelled"]
        state["lots"][told.lot] = {"told": told.as_json(), "cancelled": cancelled}
        return {"lot": told.lot, "deadline": canonical.instant(told.deadline)}

    def close(self, state: State, asked: Request, _now: datetime) -> Mapping[str, Any]:
        """Note that a lot was cancelled: nobody pays in any more, and its payers may be told and repaid."""
        require(self.is_platform(asked.sender), ONLY_PLATFORM)
        found = _lot(state, asked)
        found["cancelled"] = True
        return {"lot": calls.field(asked.data, "lot")}

    def subaccount(self, state: State, asked: Request, now: datetime) -> Mapping[str, Any]:
        """Give a bidder its own account number for one lot; the same one whenever it asks."""
        found, lot = _lot(state, asked), calls.field(asked.data, "lot")
        require(asked.sender.person is None, "ask with the organisation's certificate")
        name = f"{lot} {asked.sender.credit_code}"
        numbers: dict[str, str] = {owner: number for number, owner in state["subaccounts"].items()}
        if name not in numbers:
            _takes_money(found, now)
            numbers[name] = SUBACCOUNT.format(count=len(numbers) + 1)
            state["subaccounts"][numbers[name]] = name
        title = f"{self.facts.organisation} {BankLot.from_json(found['told']).code}"
        return {"lot": lot, "number": numbers[name], "name": title, "bank": self.facts.organisation}

    def transfer(self, state: State, asked: Request, now: datetime) -> Mapping[str, Any]:
        """Pay from an account of the asker into any sub-account, until that lot's deadline; a reference pays once."""
        data = {name: calls.field(asked.data, name) for name in ("reference", "from", "to", "amount")}
        reference, amount = f"{asked.sender.credit_code}:{data['reference']}", money.parse(data["amount"])
        known = state["payments"].get(reference)
        if known is None:
            payer = state["accounts"].get(data["from"])
            mine = payer is not None and payer["owner"] == asked.sender.credit_code
            require(mine, f"{data['from']} is no account of yours")
            require(data["to"] in state["subaccounts"], f"{data['to']} is no sub-account for a deposit")
            lot, _, bidder = state["subaccounts"][data["to"]].partition(" ")
            _takes_money(state["lots"][lot], now)
            require(0 < amount <= money.parse(payer["balance"]), "the amount is not covered")
            _add(payer, -amount)
            payment = Payment(
                subaccount=data["to"],
                bidder=bidder,
                payer=Account(payer["number"], payer["name"]),
                amount=amount,
                paid_at=now,
                reference=_next(state, "IN"),
            )
            known = state["payments"][reference] = {"lot": lot, "line": payment.as_json(), "asked": data}
        require(known["asked"] == data, "this reference was used for another payment")
        return {"reference": data["reference"], "bank_reference": known["line"]["reference"]}

    def give_back(self, state: State, asked: Request, now: datetime) -> Mapping[str, Any]:
        """Return a deposit before the deadline to a bidder who shows the platform's record of its withdrawal.

        So the money is back in days, and the platform does not learn before T that there was any.
        """
        record, signature = (
            calls.field(asked.data, name, most=calls.DOCUMENT_MOST) for name in ("record", "signature")
        )
        try:
            shown = cms.verify_json(
                record.encode(), canonical.unb64(signature), self.roots, now, domain=WITHDRAWAL
            )
        except cms.SignatureError as error:
            raise calls.CallError(f"the record of the withdrawal does not hold: {error}") from error
        require(self.is_platform(shown.signer), "the record is not signed by the platform")
        told = (shown.value.get("outcome"), shown.value.get("bidder"))
        require(told == ("accepted", asked.sender.credit_code), "this is no accepted withdrawal of yours")
        total = Decimal(0)
        for held in state["payments"].values():
            line = held["line"]
            of_it = (held["lot"], line["bidder"]) == (shown.value.get("lot"), asked.sender.credit_code)
            if of_it and line["back"] is None and line["reference"] not in _paid_out(state):
                back = Back(money.parse(line["amount"]), now, _next(state, "OUT"))
                line["back"] = {**_done(back), "amount": line["amount"]}
                _add(state["accounts"][line["payer"]["number"]], back.amount)
                total += back.amount
        return {"lot": str(shown.value.get("lot")), "amount": money.to_text(total)}

    def report(self, state: State, asked: Request, now: datetime) -> Mapping[str, Any]:
        """Tell the platform who paid for a lot: from its deadline on, or once it is cancelled; never before."""
        require(self.is_platform(asked.sender), ONLY_PLATFORM)
        found, lot = _lot(state, asked), calls.field(asked.data, "lot")
        deadline = BankLot.from_json(found["told"]).deadline
        require(
            found["cancelled"] or now >= deadline,
            f"nothing is said about the deposits of a lot before its deadline {canonical.instant(deadline)}",
        )
        lines = [Payment.from_json(one["line"]) for one in state["payments"].values() if one["lot"] == lot]
        return Report(lot, now, tuple(lines)).as_json()

    def refund(self, state: State, asked: Request, now: datetime) -> Mapping[str, Any]:
        """Pay a deposit back with interest, to the account from which it came and no other."""
        return self._pay_out(state, asked, now, to_payer=True)

    def keep(self, state: State, asked: Request, now: datetime) -> Mapping[str, Any]:
        """Pay a deposit that is lawfully kept to the beneficiary's account named when the lot was opened."""
        return self._pay_out(state, asked, now, to_payer=False)

    def statement(self, state: State, asked: Request, _now: datetime) -> Mapping[str, Any]:
        """Give the platform the balance of a lot's money, for its ledger to be held against."""
        require(self.is_platform(asked.sender), ONLY_PLATFORM)
        lot = calls.field(asked.data, "lot")
        came = [one["line"] for one in state["payments"].values() if one["lot"] == lot]
        left = sum((money.parse(one["amount"]) for one in came if one["back"] is None), Decimal(0))
        gone = sum(
            (money.parse(o["order"]["amount"]) for o in state["outs"].values() if o["order"]["lot"] == lot),
            Decimal(0),
        )
        return {"lot": lot, "balance": money.to_text(left - gone)}

    def _pay_out(self, state: State, asked: Request, now: datetime, *, to_payer: bool) -> Mapping[str, Any]:
        require(self.is_platform(asked.sender), ONLY_PLATFORM)
        order = Outgoing.from_json(dict(asked.data))
        known = state["outs"].get(order.reference)
        if known is None:
            held = [o for o in state["payments"].values() if o["line"]["reference"] == order.payment]
            require(held and held[0]["lot"] == order.lot, f"there is no payment {order.payment} for this lot")
            line = held[0]["line"]
            gone = line["back"] is not None or order.payment in _paid_out(state)
            require(not gone, f"the payment {order.payment} went out already")
            require(order.amount == money.parse(line["amount"]), "a payment goes out whole")
            number = line["payer"]["number"]
            if not to_payer:
                number = BankLot.from_json(state["lots"][order.lot]["told"]).beneficiary_account.number
            require(number in state["accounts"], f"the account {number} is closed")
            _add(state["accounts"][number], order.amount + order.interest)
            done = Done(order.reference, _next(state, "OUT"), now)
            known = state["outs"][order.reference] = {"order": order.as_json(), "done": done.as_json()}
        require(known["order"] == order.as_json(), "this reference was used for another payment")
        answer: Mapping[str, Any] = known["done"]
        return answer


def _lot(state: State, asked: Request) -> dict[str, Any]:
    found: dict[str, Any] | None = state["lots"].get(calls.field(asked.data, "lot"))
    if found is None:
        raise calls.CallError("this bank holds no deposits for such a lot")
    return found


def _takes_money(lot: Mapping[str, Any], now: datetime) -> None:
    deadline = BankLot.from_json(lot["told"]).deadline
    require(not lot["cancelled"], "this lot was cancelled; nothing is paid for it any more")
    require(now < deadline, f"deposits for this lot ended with its deadline {canonical.instant(deadline)}")


def _paid_out(state: State) -> set[str]:
    return {one["order"]["payment"] for one in state["outs"].values()}


def _done(back: Back) -> dict[str, str]:
    return {"at": canonical.instant(back.at), "reference": back.reference}


def _next(state: State, kind: str) -> str:
    state["moves"] += 1
    return f"{kind}-{state['moves']:08d}"


def _add(account: dict[str, Any], amount: Decimal) -> None:
    account["balance"] = money.to_text(money.parse(account["balance"]) + amount)


def main(words: list[str] | None = None) -> int:
    """Run the bank."""
    parser = arguments("demo.bank", "The bank that holds deposits, and talks in signed messages.")
    parser.add_argument(
        "--customers", type=Path, help='JSON list of accounts: {"number", "name", "owner", "balance"}'
    )
    chosen = parser.parse_args(words)
    return serve(Bank(chosen.home, chosen.trust, chosen.customers), chosen.port)


if __name__ == "__main__":
    raise SystemExit(main())
