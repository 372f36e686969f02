"""The first act: organisations and people come in, everybody enrols, the pool, sites, issuer and bank are entered."""

import csv
import io
import json
from collections.abc import Sequence

from demo import cast
from demo.stage import Stage, StoryError
from demo.world import HOME

CIVIL = tuple(f"expert{n}" for n in range(1, 7))
ECONOMICS = tuple(f"expert{n}" for n in range(7, 13))
SITES = (("晴川", cast.REGION, "centre"), ("遂和", cast.AWAY_REGION, "away"))
BALANCE = "9000000.00"


def people_come(stage: Stage) -> None:
    """The operator enters the city; every person enrols with a key made on its own machine."""
    operator = stage.team["operator"]
    operator.kit("enrol", "--code=" + stage.world.operator_code)
    operator.ask("sign_in")
    _import(stage, "organisations", _organisations())
    codes = _import(stage, "people", _people())
    waiting = [person.username for person in cast.PEOPLE if person.username != "operator"]
    stage.team.together(*(lambda name=name: _enrol(stage, name, codes[name]) for name in waiting))
    stage.say(f"{len(cast.PEOPLE)} people of {len(cast.INSTITUTIONS)} organisations enrolled")


def ground_is_laid(stage: Stage) -> None:
    """Pool, sites and places; the issuer and the bank start and are entered with their prices."""
    operator = stage.team["operator"]
    pool = HOME / "pool.csv"
    pool.write_text(_pool())
    operator.submit("/desk/pool/import/", "file", files={"file": str(pool)})
    listed = operator.get("/desk/pool/")["tables"]
    if not any(len(rows) == 1 + len(CIVIL) + len(ECONOMICS) for rows in listed):
        raise StoryError("the pool did not come in")
    for name, region, centre in SITES:
        fields = {
            "name": name,
            "region": region,
            "organisation": {"label": cast.institution(centre).name},
            "address": f"{name}交易大厦",
        }
        operator.submit("/desk/sites/", "organisation", fields=fields)
        page = operator.get("/desk/sites/")
        url = next(link for link, words in page["links"] if words == name)
        for n in range(1, 5):
            place = {"room": f"{name}-{1 + n % 2}", "number": f"{n:02d}", "device": f"{name}:{n}"}
            operator.submit(url, "device", fields=place)
    _counterparties(stage)
    stage.say("pool of experts, two sites, a guarantee issuer and a deposit bank")


def _counterparties(stage: Stage) -> None:
    customers = HOME / "customers.json"
    rows = [
        {"number": i.account_number, "name": i.name, "owner": i.credit_code, "balance": BALANCE}
        for i in cast.INSTITUTIONS
    ]
    customers.write_text(json.dumps(rows, ensure_ascii=False))
    bank = cast.institution("bank")
    for name, more in (("issuer", ()), ("bank", ("--customers", str(customers)))):
        home = HOME / "counterparties" / name
        home.mkdir(parents=True)
        for file in ("certificate.pem", "key.pem"):
            (home / file).write_bytes((stage.world.seats / "issuer" / file).read_bytes())
        words = ("--home", str(home), "--trust", str(stage.world.trust), *more)
        line = stage.world.start(f"demo.{name}", *words, log=name)
        url = line.split()[1]
        setattr(stage.world, name, url)
        prices = (
            {"fee_percent": "0.2", "fee_floor": "500.00"}
            if name == "issuer"
            else {"interest_percent": "0.35", "fee_percent": "", "fee_floor": ""}
        )
        fields = {"kind": name, "credit_code": bank.credit_code, "base_url": url, **prices}
        stage.team["operator"].submit("/desk/institutions/new/", "base_url", fields=fields)


def _enrol(stage: Stage, name: str, code: str) -> None:
    seat = stage.team[name]
    seat.kit("enrol", "--code=" + code)
    told = seat.ask("sign_in")
    if told["status"] != 200:
        raise StoryError(f"{name} could not sign in: {told}")


def _import(stage: Stage, what: str, text: str) -> dict[str, str]:
    path = HOME / f"{what}.csv"
    path.write_text(text)
    told = stage.team["operator"].submit(f"/desk/{what}/import/", "file", files={"file": str(path)})
    if told["tables"] and what == "people":
        return {row[0]: row[1] for table in told["tables"] for row in table if len(row) == 2}
    return {}


def _organisations() -> str:
    rows = [
        [
            *(i.credit_code, i.name, i.region, i.size, "yes" if i.private else "no"),
            *("晴川银行", i.account_number, i.name),
        ]
        for i in cast.INSTITUTIONS
    ]
    columns = ("credit_code", "name", "region", "size", "private")
    return _csv([[*columns, "account_bank", "account_number", "account_name"], *rows])


def _people() -> str:
    rows = [
        [p.username, p.seat, cast.institution(p.institution).credit_code, p.name, p.resident_number]
        for p in cast.PEOPLE
        if p.username != "operator"
    ]
    return _csv([["username", "seat", "credit_code", "name", "resident_number"], *rows])


def _pool() -> str:
    rows = [["username", "title", "years", "majors", "region", "employers"]]
    for names, major, region, employer in (
        (CIVIL, "civil", cast.REGION, "college"),
        (ECONOMICS, "economics", cast.AWAY_REGION, "institute"),
    ):
        code = cast.institution(employer).credit_code
        rows += [[name, "高级工程师", "12", major, region, f"{code} 2018-01-01.."] for name in names]
    return _csv(rows)


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
