"""A lot's draws: requested, committed to by those who sign, revealed or opened by custodians, recorded, or void."""

import secrets

from bidding.domain import messages
from bidding.sealing import age, custodians
from kernel.domain import canonical, draw
from kernel.domain.draw import SkipReason
from tests.verifier import lots, parties
from tests.verifier.making import Json, Making

CONTRIBUTORS = {
    "centre": parties.WITNESS,
    "procuring_entity": parties.HOST,
    "supervisor": parties.SUPERVISOR,
}


def request(m: Making, purpose: str, pools: dict[str, list[str]], take: dict[str, int]) -> Json:
    """Request a draw with its pool; returns what the log says of it."""
    strata = [
        {"name": name, "take": take[name], "ids": sorted(pools[name], key=str.encode)}
        for name in sorted(pools)
    ]
    for one in strata:
        one["pool_hash"] = draw.pool_hash(one["ids"])
    asked = {
        "draw": f"{m.lot}/draw-{len(m.asked) + 1}",
        "purpose": purpose,
        "reason": "",
        "beacon": "",
        "contributors": {name: f"seat:{who.seat}" for name, who in CONTRIBUTORS.items()},
        "strata": strata,
    }
    m.log("bidding:draw:requested", asked)
    m.asked.append(asked)
    return asked


def request_coefficients(m: Making) -> None:
    """Request the draw of the notice's coefficients, as publishing it does."""
    pools = {one["name"]: one["values"] for one in m.notice["coefficients"]}
    if pools:
        request(m, "coefficient", pools, dict.fromkeys(pools, 1))


def run(m: Making, asked: Json, *, silent: str = "", withheld: str = "", absent: int = 0) -> list[Json]:
    """Draw: `silent` does not commit, custodians open what is `withheld`, the first `absent` taken drop out."""
    draw_id, number = asked["draw"], m.asked.index(asked) + 1
    values = {name: secrets.token_bytes(32) for name in CONTRIBUTORS if name != silent}
    values = m.change("contributions", values)
    commits, sealed = {}, {}
    for name, value in values.items():
        m.wait(seconds=10)
        commits[name] = draw.commitment(draw_id, name, value)
        sealed[name] = _commit(m, number, draw_id, name, value)
    m.wait(seconds=10)
    begun = {"draw": draw_id, "commits": commits, "reveal_due_at": canonical.instant(m.now)}
    m.log("bidding:draw:revealing", begun)
    for name, value in values.items():
        for role in lots.ROLES[:2] if name == withheld else ():
            _open(m, number, draw_id, name, role, sealed[name][role])
        how = "custodians" if name == withheld else "reveal"
        m.log("bidding:draw:revealed", {"draw": draw_id, "name": name, "value": value.hex(), "how": how})
    return _record(m, number, asked, values, absent)


def void(m: Making) -> None:
    """Close the draws that a failed lot leaves open."""
    drawn = {one["draw_id"] for one in m.draws}
    for draw_id in m.change("void", [one["draw"] for one in m.asked if one["draw"] not in drawn]):
        m.log("bidding:draw:void", {"draw": draw_id, "lever": "fail"})


def abandon(m: Making, purpose: str, pools: dict[str, list[str]], take: dict[str, int]) -> None:
    """Nothing, unless a forger drops a draw that he dislikes, with an act that voids it or without."""
    for voided in m.change("abandoned", []):
        asked = request(m, purpose, pools, take)
        if voided:
            m.log("bidding:draw:void", {"draw": asked["draw"], "lever": "fail"})


def _commit(m: Making, number: int, draw_id: str, name: str, value: bytes) -> dict[str, bytes]:
    keys = {role: str(age.Identity.parse(key).recipient) for role, key in m.custody_keys.items()}
    files = custodians.deal_value(
        value, draw=draw_id, name=name, recipients=keys, suite_id="age1", threshold=2
    )
    commit = draw.commitment(draw_id, name, value)
    message = messages.draw_commit(draw=draw_id, name=name, commit=commit, escrow=files)
    facts = {"draw": draw_id, "name": name, "commit": commit}
    _send(m, "committed", f"draws/{number}/commit-{name}", message, facts, parties.party(CONTRIBUTORS[name]))
    return files


def _open(m: Making, number: int, draw_id: str, name: str, role: str, file: bytes) -> None:
    message = messages.draw_open(custodians.open_value_share(file, m.custody_keys[role], "age1"))
    facts = {"draw": draw_id, "name": name, "custodian": role}
    keeper = parties.party(lots.KEEPERS[lots.ROLES.index(role)])
    _send(m, "escrow_opened", f"draws/{number}/open-{name}-{role}", message, facts, keeper)


def _send(m: Making, verb: str, stem: str, message: Json, facts: Json, party: parties.Party) -> None:
    message = m.change(f"draw_{verb}", message)
    signature = m.sign(message, party)
    hashes = {"message": canonical.digest(message), "signature": canonical.sha256(signature)}
    m.log(f"bidding:draw:{verb}", facts | hashes)
    m.put_signed(stem, message, signature)


def _record(m: Making, number: int, asked: Json, values: dict[str, bytes], absent: int) -> list[Json]:
    found = []
    for one in asked["strata"]:
        drawn = draw.Draw(tuple(one["ids"]), asked["draw"], one["name"], values)
        excluded = () if asked["purpose"] == "coefficient" else (("E-99", "employer"),)
        found.append(draw.Result(drawn, one["take"], exclusions=excluded))
    public = [one.as_public_json() for one in found]
    m.log("bidding:draw:drawn", {"draw": asked["draw"], "purpose": asked["purpose"], "records": public})
    for _ in range(absent):
        found[0] = found[0].replace(found[0].taken[0], SkipReason.DECLINED)
    records = [m.change(f"draw:{one.draw.stratum}", one.as_json()) for one in found]
    for one in records:
        name = f"draws/{number}-{one['stratum']}.json"
        m.put(name, one)
        shown = {key: value for key, value in one.items() if key != "exclusions"}
        shown["skips"] = [{"id": skip["id"], "rule": skip["rule"]} for skip in one["skips"]]
        m.files[name] = (m.files[name][0], canonical.to_bytes(shown))
    m.draws += records
    return records
