"""The procuring side: projects, lots, terms, officers and custodians; approved and published by two people."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from demo import papers
from demo.cast import institution, person
from demo.stage import Stage, at, minute
from demo.world import HOME

LOT1, LOT2, LIVE = "lot1", "lot2", "live"


@dataclass(frozen=True, slots=True)
class Side:
    """Who acts for a procuring entity."""

    clerk: str
    reviewer: str
    host: str
    supervisor: str
    keeper: str
    delegate: str
    witness: str = "witness"
    centre_keeper: str = "keeper-centre"
    third_keeper: str = "keeper-notary"

    def officers(self) -> dict[str, str]:
        """Duty -> username."""
        return {"host": self.host, "centre_witness": self.witness, "supervisor": self.supervisor}

    def keepers(self) -> dict[str, str]:
        """Role of a custodian -> username."""
        return {
            "procuring_entity": self.keeper,
            "centre": self.centre_keeper,
            "third": self.third_keeper,
        }


BUREAU = Side("clerk", "reviewer", "host", "supervisor", "keeper-bureau", "delegate")
HOSPITAL = Side(
    *("clerk-hospital", "reviewer-hospital", "host-hospital", "supervisor-finance"),
    *("keeper-hospital", "delegate-hospital"),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A lot as its clerk types it in."""

    name: str
    title: str
    side: Side
    deadline: datetime
    documents_until: datetime
    terms: dict[str, Any] = field(default_factory=dict)


COMMITTEE = {
    "committee_size": "5",
    "committee_experts": "4",
    "strata-TOTAL_FORMS": "2",
    "strata-0-name": "civil",
    "strata-0-site": "晴川",
    "strata-0-count": "2",
    "strata-1-name": "economics",
    "strata-1-site": "遂和",
    "strata-1-count": "2",
}
WORKS = {
    **COMMITTEE,
    "validity_days": "90",
    "estimate": "20000000.00",
    "ceiling": "19800000.00",
    "deposit_amount": "400000.00",
    "deposit_forms": ["guarantee", "transfer"],
    "parts": ["documents"],
    "mode": "consent",
    "threshold": "2",
    "formula": "mean_benchmark",
    "price_full": "60",
    "p_E1": "2",
    "p_E2": "1",
    "p_drop_above": "5",
    "items-TOTAL_FORMS": "2",
    "items-0-id": "design",
    "items-0-title": "施工组织设计",
    "items-0-full": "30",
    "items-0-kind": "subjective",
    "items-1-id": "record",
    "items-1-title": "类似业绩",
    "items-1-full": "10",
    "items-1-kind": "objective",
    "coefficients-TOTAL_FORMS": "1",
    "coefficients-0-name": "K",
    "coefficients-0-values": "0.01 0.02 0.03",
    "tie_1": "price",
    "tie_2": "seal",
    "candidates": "3",
    "fair_competition_reviewed": "on",
}
GOODS = {
    **COMMITTEE,
    "validity_days": "90",
    "estimate": "3000000.00",
    "ceiling": "3000000.00",
    "deposit_amount": "",
    "deposit_forms": [],
    "parts": ["documents"],
    "mode": "custodians",
    "threshold": "2",
    "formula": "lowest_price",
    "price_full": "30",
    "p_sme_deduction": "0.10",
    "items-TOTAL_FORMS": "2",
    "items-0-id": "tech",
    "items-0-title": "技术响应",
    "items-0-full": "50",
    "items-0-kind": "subjective",
    "items-1-id": "service",
    "items-1-title": "服务承诺",
    "items-1-full": "20",
    "items-1-kind": "objective",
    "coefficients-TOTAL_FORMS": "0",
    "tie_1": "price",
    "tie_2": "seal",
    "candidates": "3",
    "fair_competition_reviewed": "on",
}
PUBLISHED = at("2026-03-02 09:00")
DEADLINE = at("2026-03-26 09:30")
LIVE_DEADLINE = at("2026-04-28 10:00")
PLANS = {
    LOT1: Plan(LOT1, "滨河路一标段", BUREAU, DEADLINE, PUBLISHED + timedelta(days=7), WORKS),
    LOT2: Plan(LOT2, "滨河路二标段", BUREAU, DEADLINE, PUBLISHED + timedelta(days=7), WORKS),
    LIVE: Plan(
        LIVE,
        "彩色多普勒超声诊断仪",
        HOSPITAL,
        LIVE_DEADLINE,
        at("2026-04-13 17:00"),
        GOODS,
    ),
}


def works_are_announced(stage: Stage) -> None:
    """A works project of two lots, regime T, from the draft to the public notice."""
    url = _project(stage, BUREAU, "E5108000001", "晴川市滨河路改造工程", regime="T", category="works")
    for name in (LOT1, LOT2):
        _lot(stage, PLANS[name], url)
        _publish(stage, PLANS[name])
    stage.say("works project: two lots announced under the Tendering Law, four eyes on each")


def goods_are_announced(stage: Stage) -> None:
    """A goods project of one lot, regime G, opened by its custodians."""
    url = _project(stage, HOSPITAL, "G5108000001", "晴川市人民医院超声设备采购", regime="G", category="goods")
    _lot(stage, PLANS[LIVE], url)
    _publish(stage, PLANS[LIVE])
    stage.say("goods project: one lot announced under the Government Procurement Law")


def addendum(stage: Stage, name: str, text: str) -> None:
    """An addendum that leaves the bids valid: proposed by the clerk, published by the reviewer."""
    side, url = PLANS[name].side, f"/desk/lots/{stage.lot(name)}/addendum/"
    stage.team[side.clerk].submit(url, "text", fields={"text": text})
    stage.team[side.reviewer].submit(url, "addendum/publish")
    stage.say(f"addendum 1 to {name}; bids stay valid and are marked")


def _project(stage: Stage, side: Side, code: str, title: str, **kind: str) -> str:
    fields = {
        **kind,
        "code": code,
        "title": title,
        "region": "510700",
        "centre": {"label": institution("centre").name},
        "mandatory": "on",
        "state_funded": "on",
    }
    made = stage.team[side.clerk].submit("/desk/projects/new/", "code", fields=fields)
    return str(made["url"])


def _lot(stage: Stage, plan: Plan, project: str) -> None:
    clerk = stage.team[plan.side.clerk]
    made = clerk.submit(project, "title", fields={"title": plan.title})
    lot = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", made["url"])[-1]
    stage.lots[plan.name] = lot
    times = {"documents_until": minute(plan.documents_until), "deadline": minute(plan.deadline)}
    clerk.submit(f"/desk/lots/{lot}/terms/", "deadline", fields={**times, **plan.terms})
    document = HOME / f"{plan.name}-招标文件.docx"
    papers.write_docx(document, papers.tender_document(plan.title), author=person(plan.side.clerk).name)
    clerk.submit(f"/desk/lots/{lot}/files/", "file", files={"file": str(document)})
    for duty, username in {**plan.side.officers(), **plan.side.keepers()}.items():
        holder = person(username)
        label = f"{institution(holder.institution).name} · {holder.name}"
        clerk.submit(f"/desk/lots/{lot}/people/", f"{duty}-seat", fields={f"{duty}-seat": {"label": label}})
    stage.team.together(
        *(
            lambda name=name: stage.team[name].kit("custodian-key", lot)
            for name in plan.side.keepers().values()
        )
    )


def _publish(stage: Stage, plan: Plan) -> None:
    url = f"/desk/lots/{stage.lot(plan.name)}/"
    reviewer = stage.team[plan.side.reviewer]
    stage.team[plan.side.clerk].submit(f"{url}", "submit")
    reviewer.submit(url, "approve")
    reviewer.submit(url, "publish")
