"""Honest dossiers hold in every state, in both editions, with every bidder's receipt, and say what they leave out."""

import json

import pytest

from kernel.domain import canonical
from tests.verifier import dossier_builder, lots
from tests.verifier.bagging import Bag
from tests.verifier.judging import judge, run, said, verify
from tests.verifier.lots import Plan

STAGES = [name[6:] for name in vars(verify.Dossier) if name.startswith("check_")]
EVALUATION = ("scores", "report")
OPENING = ("custody", "release", "openings", "table", "record")
LATE = ("candidates", "result", "award", "contract")


def statuses(built, edition):
    report = judge(built.bags[edition == "audit"].packed(), built.trust)
    assert report["broken"] == [], said(report)
    assert list(report["stages"]) == STAGES
    return {name: stage["status"] for name, stage in report["stages"].items()}


@pytest.mark.parametrize("edition", ["public", "audit"])
def test_a_contracted_lot_holds_whole(works, edition):
    found = statuses(works, edition)
    hidden = {name for name, status in found.items() if status != "ok"}
    assert hidden == (set() if edition == "audit" else set(EVALUATION))
    assert {found[name] for name in hidden} <= {"not_public"}


def test_regime_g_publishes_no_candidates(goods):
    assert statuses(goods, "audit")["candidates"] == "not_public"
    found = statuses(goods, "public")
    assert {found[name] for name in ("candidates", "price", *EVALUATION)} == {"not_public"}
    assert {found[name] for name in ("result", "award", "contract", "periods")} == {"ok"}


@pytest.mark.parametrize("edition", ["public", "audit"])
def test_stages_that_a_lot_has_not_reached_are_not_asked_for(failed, running, opened, edition):
    found = statuses(failed, edition)
    assert found["closing"] == found["statements"] == "ok"
    assert {found[name] for name in OPENING} == {"not_reached"}
    found = statuses(running, edition)
    assert {found[name] for name in ("closing", "statements", *OPENING)} == {"not_reached"}
    found = statuses(opened, edition)
    assert {found[name] for name in OPENING} == {"ok"}
    assert {found[name] for name in LATE} == {"not_reached"}


@pytest.mark.parametrize("edition", ["public", "audit"])
def test_every_receipt_lies_in_the_dossier(works, written, edition):
    folder = written(works)
    receipts = sorted(folder.glob("receipt-*.json"))
    words = [word for path in receipts for word in ("--receipt", path)]
    code, report = run("dossier", folder / f"{edition}.zip", "--trust", folder / "trust", *words)
    assert (code, report["result"], len(report["receipts"])) == (0, "holds", 8), said(report)
    assert {one["standing"] for one in report["receipts"]} == {"submitted"}
    standing = sorted(one["closing"] for one in report["receipts"])
    whole = ["superseded", *["valid"] * 6, "withdrawn"]
    assert standing == (whole if edition == "audit" else ["not shown"] * 3 + ["valid"] * 5)


def test_without_a_trust_folder_trust_is_self_declared(works, written):
    folder = written(works)
    code, report = run("dossier", folder / "public.zip")
    assert (code, report["result"]) == (3, "self_declared")


def test_a_receipt_alone_says_what_it_proves(works, written):
    folder = written(works)
    code, report = run("receipt", folder / "receipt-0.json", "--trust", folder / "trust")
    assert (code, report["result"], report["standing"]) == (0, "holds", "submitted")
    assert report["witnesses"] == ["north", "south", "west"]
    first = json.loads((folder / "receipt-0.json").read_text("utf-8"))
    bare = first | dict.fromkeys(("entry", "salt", "proof", "checkpoint"))
    (folder / "bare.json").write_text(json.dumps(bare), "utf-8")
    code, report = run("receipt", folder / "bare.json", "--trust", folder / "trust")
    assert (code, report["standing"]) == (0, "received")


@pytest.mark.parametrize(
    ("formula", "regime", "parameters"),
    [
        ("composite_benchmark", "T", {"E1": "2", "E2": "1", "drop_above": 5, "control_price": "9500000.00"}),
        ("evaluated_price", "T", {}),
        ("lowest_evaluated_price", "G", {"sme_deduction": "0.06"}),
    ],
)
def test_other_formulas_are_recomputed(formula, regime, parameters):
    more = {"control_weight": "0.4", "K": "0.01"} if formula == "composite_benchmark" else {}
    plan = Plan(
        "E5108020009-001",
        regime=regime,
        formula=formula,
        parameters=tuple((parameters | more).items()),
        price_full="60" if more else "0",
        coefficients=(),
        parts=("opening",),
        mode="custodians",
        prices=("1600000.00", "1700000.00", "1500000.00", "1650000.00"),
    )
    built = dossier_builder.build(plan)
    for edition in ("public", "audit"):
        found = statuses(built, edition)
        public_price = regime == "T" or edition == "audit"
        assert found["price"] == ("ok" if public_price else "not_public")


def test_a_later_dossier_contains_the_earlier_one(works, tmp_path):
    until = works.audit.json("log/entries.json")
    paths = []
    for number, bag in enumerate(works.bags):
        paths.append(tmp_path / f"{number}.zip")
        paths[-1].write_bytes(bag.packed())
    code, report = run("diff", *paths)
    assert (code, report["result"], report["lost"]) == (0, "extends", [])
    assert len(until) > 50


def test_another_lots_dossier_extends_nothing(works, goods, tmp_path):
    (tmp_path / "one.zip").write_bytes(works.public.packed())
    (tmp_path / "other.zip").write_bytes(goods.public.packed())
    code, report = run("diff", tmp_path / "one.zip", tmp_path / "other.zip")
    assert (code, report["result"]) == (1, "broken")
    assert len(report["lost"]) == len(works.public.json("log/entries.json"))


def test_the_public_edition_opens_nothing_else(works):
    public, audit = works.bags
    told = b"\n".join(public.files.values())
    shown = {name.split("/")[1] for name in public.files if name.startswith("keys/")}
    assert len(shown) == 5
    for name, data in audit.files.items():
        if name.startswith("keys/"):
            _, bid, part = name.split("/")
            assert (data in told) == (bid in shown and part == "opening.txt"), name
    assert not [name for name in public.files if name.startswith(("shares/", "withdrawals/", "signatures/"))]


def test_builders_make_what_the_formats_say(works):
    """The bag of these tests is canonical itself, so that a forgery differs by what its forger did and nothing else."""
    for bag in works.bags:
        assert isinstance(bag, Bag)
        for name, data in bag.files.items():
            if name.endswith(".json"):
                assert canonical.to_bytes(bag.json(name)) == data, name
    assert works.making.plan is lots.WORKS
