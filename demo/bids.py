"""The bidders before T: guarantees and transfers, sealing, replacing, withdrawing, and two refusals."""

import json
from pathlib import Path
from typing import Any

from demo import papers, tendering
from demo.cast import institution, person
from demo.stage import Stage, StoryError, at
from demo.tendering import LIVE, LOT1, LOT2
from demo.world import HOME

AMOUNT = "400000.00"
PRICES = {
    "bidder1": "19213456.78",
    "bidder2": "19298888.03",
    "bidder3": "19384319.28",
    "bidder4": "18876543.20",
    "bidder5": "19052310.66",
    "bidder6": "18733908.15",
    "bidder7": "19476102.94",
    "bidder8": "18990001.37",
}
FIRST_PRICE = "18912345.60"
RING = ("bidder1", "bidder2", "bidder3")
GUARANTEED = ("bidder3", "bidder4", "bidder5", "bidder6", "bidder7")
AUTHORS = {"bidder1": "戚远程", "bidder2": "戚远程"}
"""Both documents were written by one hand; everybody else's by its own."""
SECOND_LOT = {"bidder5": "9456789.12", "bidder6": "9612300.45"}
GOODS_PRICES = {"bidder9": "2680000.00", "bidder10": "2745000.00", "bidder11": "2599000.00"}


def early_bird(stage: Stage) -> None:
    """The first bidder seals before the addendum."""
    stage.move(at("2026-03-06 10:00"))
    _guarantee(stage, "bidder4")
    _bid(stage, LOT1, "bidder4", FIRST_PRICE)
    stage.say("bidder4 sealed its bid and holds a receipt")


def everybody_seals(stage: Stage) -> None:
    """After the addendum: one replaces, the others seal, one withdraws; two submissions are refused."""
    stage.move(at("2026-03-25 14:00"))
    stage.team.together(*(lambda n=name: _guarantee(stage, n) for name in GUARANTEED if name != "bidder4"))
    _pay(stage, "bidder1", payer="bidder2")
    _pay(stage, "bidder2", payer="bidder2")
    _pay(stage, "bidder8", payer="bidder8")
    stage.say("guarantees issued by the issuer; two deposits paid from one account")
    _forged_notice(stage, "bidder7")
    _flipped_byte(stage, "bidder6")
    names = [name for name in PRICES if name != "bidder4"]
    stage.team.together(*(lambda n=name: _bid(stage, LOT1, n, PRICES[n]) for name in names))
    old = stage.bids[LOT1, "bidder4"]
    _bid(stage, LOT1, "bidder4", PRICES["bidder4"])
    states = {
        row["bid"]: row["state"] for row in stage.team["bidder4"].kit("status", stage.lot(LOT1))["bids"]
    }
    if states != {old: "superseded", stage.bids[LOT1, "bidder4"]: "sealed"}:
        raise StoryError(f"bidder4 did not replace its bid: {states}")
    stage.counts.replaced += 1
    stage.say("seven bids sealed besides; bidder4 replaced its bid")
    _withdraw(stage, "bidder8")
    stage.team.together(*(lambda n=name: _bid(stage, LOT2, n, SECOND_LOT[n]) for name in SECOND_LOT))
    for name in tendering.BUREAU.officers().values():
        stage.team[name].kit("draw-watch", "--once")
    stage.say("host, witness and supervisor committed to the draw of the coefficient")


def goods_are_sealed(stage: Stage) -> None:
    """Three bidders for the goods."""
    stage.move(at("2026-04-27 15:00"))
    stage.team.together(*(lambda n=name: _bid(stage, LIVE, n, GOODS_PRICES[n]) for name in GOODS_PRICES))
    stage.say("three bids sealed for the goods lot")


def late(stage: Stage) -> None:
    """A bid that comes after T is refused by S-02, with a signed record."""
    seat, lot = stage.team["bidder8"], stage.lot(LOT1)
    bid = _seal(stage, LOT1, "bidder8", PRICES["bidder8"])
    stage.move(tendering.DEADLINE)
    told = seat.kit("upload", bid, refused=True)
    _expect(told, "S-02")
    [row] = seat.kit("verify-receipt", told["file"])["receipts"]
    if (row["outcome"], row["reason"]) != ("refused", "late_bid"):
        raise StoryError(f"the record of the late bid for {lot} says {row}")
    stage.counts.refused += 1
    stage.say("bidder8 came late: refused by S-02, with a signed record")


def receipts(stage: Stage) -> None:
    """Every bidder verifies every receipt that it holds, offline, with the trust folder of the first day."""
    for name in (*PRICES, *GOODS_PRICES):
        rows = _verify(stage, name)
        for row in rows:
            if row["standing"] == "received":
                stage.team[name].kit(
                    *("receipt", row["bid"], "--wait", "30"), refused=row["outcome"] == "refused"
                )
        rows = _verify(stage, name)
        if not rows or any(row["standing"] != "submitted" for row in rows):
            raise StoryError(f"{name}: not every receipt stands: {rows}")
        stage.counts.receipts += len(rows)
    stage.say("every receipt verified by who holds it", str(stage.counts.receipts))


def _verify(stage: Stage, name: str) -> list[dict[str, Any]]:
    files = sorted((stage.world.seats / name / "receipts").glob("*.json"))
    rows: list[dict[str, Any]] = stage.team[name].kit("verify-receipt", *map(str, files))["receipts"]
    return rows


def _bid(stage: Stage, lot: str, name: str, price: str) -> None:
    bid = _seal(stage, lot, name, price)
    told = stage.team[name].kit("upload", bid, "--wait", "30")
    if (told["outcome"], told["standing"]) != ("accepted", "submitted"):
        raise StoryError(f"{name}: the bid was not taken: {told}")
    stage.bids[lot, name] = bid
    stage.counts.sealed += 1


def _seal(stage: Stage, lot: str, name: str, price: str) -> str:
    seat, folder = stage.team[name], stage.world.seats / name
    seat.kit("notice", stage.lot(lot))
    paper = folder / f"{lot}-投标文件.docx"
    firm = institution(name)
    own = [
        f"本单位{firm.name}按招标文件要求组织施工。",
        f"项目负责人由{person(name).name}担任，编制编号{firm.credit_code[-6:]}。",
    ]
    papers.write_docx(
        paper,
        papers.proposal(firm.name, tendering.PLANS[lot].title, own),
        author=AUTHORS.get(name, f"{person(name).name}"),
    )
    words = ["--price", price, "--period", "180", "--quality", "合格", "--enterprise", firm.size]
    held = folder / "guarantee.txt"
    if lot == LOT1 and held.exists():
        words += ["--guarantee", held.read_text()]
    told = seat.kit("seal", stage.lot(lot), *words, "--documents", str(paper))
    return str(told["bid"])


def _guarantee(stage: Stage, name: str) -> None:
    seat = stage.team[name]
    seat.kit("guarantee", "quote", stage.lot(LOT1))
    told = seat.kit("guarantee", "apply", stage.lot(LOT1), "--fee-account", institution(name).account_number)
    (stage.world.seats / name / "guarantee.txt").write_text(told["path"])


def _pay(stage: Stage, name: str, *, payer: str) -> None:
    bank = (stage.world.bank, institution("bank").credit_code)
    account = stage.team[name].bank(bank, "account", stage.lot(LOT1))
    number = institution(payer).account_number
    to = account["account"]["number"] if isinstance(account.get("account"), dict) else account["number"]
    stage.team[payer].bank(bank, "pay", "--from", number, "--to", to, "--amount", AMOUNT)


def _withdraw(stage: Stage, name: str) -> None:
    seat = stage.team[name]
    told = seat.kit("withdraw", stage.bids.pop((LOT1, name)), "--wait", "30")
    bank = (stage.world.bank, institution("bank").credit_code)
    seat.bank(bank, "give-back", told["file"])
    stage.counts.withdrawn += 1
    stage.say(f"{name} withdrew its bid and has its deposit back")


def _flipped_byte(stage: Stage, name: str) -> None:
    bid = _seal(stage, LOT1, name, PRICES[name])
    container = stage.world.seats / name / "bids" / bid / "opening.age"
    data = bytearray(container.read_bytes())
    data[len(data) // 2] ^= 1
    container.write_bytes(bytes(data))
    told = stage.team[name].kit("upload", bid, "--no-check", refused=True)
    _expect(told, "S-01")
    stage.counts.refused += 1
    stage.say(f"{name}: one flipped byte on the way, refused by {told['refusals'][0]['rule']}")


def _forged_notice(stage: Stage, name: str) -> None:
    """A notice on its way to the bidder gets another custodian's key; the bidder's own machine refuses it."""
    seat, lot = stage.team[name], stage.lot(LOT1)
    seat.kit("notice", lot)
    notice: dict[str, Any] = json.loads((stage.world.seats / name / "lots" / lot / "notice.json").read_text())
    first, second = notice["custodians"][0], notice["custodians"][1]
    first["recipient"], second["recipient"] = second["recipient"], first["recipient"]
    forged = HOME / "forged-notice.json"
    forged.write_text(json.dumps(notice, ensure_ascii=False))
    paper = _paper(stage, name)
    words = ("--notice", str(forged), "--price", PRICES[name], "--documents", str(paper))
    told = seat.kit("seal", lot, *words, "--enterprise", institution(name).size, refused=True)
    stage.counts.refused += 1
    stage.say(
        f"{name}: a notice with a custodian's key that its owner did not sign; the kit refuses: {told['error']}"
    )


def _paper(stage: Stage, name: str) -> Path:
    path = stage.world.seats / name / "draft.docx"
    papers.write_docx(path, ["草稿"], author=person(name).name)
    return path


def _expect(told: dict[str, Any], rule: str) -> None:
    named = [one["rule"] for one in told.get("refusals", [])]
    if rule not in named:
        raise StoryError(f"refused by {named}, expected {rule}: {told}")
