"""The committee: drawn by three contributors, one declines and is replaced, sits in two cities, judges and signs."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from demo import cast
from demo.arrival import CIVIL, ECONOMICS
from demo.bids import RING
from demo.stage import Stage, StoryError, at, minute
from demo.tendering import PLANS

SITTING, LENGTH = at("2026-03-26 13:30"), timedelta(hours=6)
OBJECTIVE, HASTY = "10", "8"
JUDGED = {"bidder4": 24, "bidder5": 22, "bidder6": 27, "bidder7": 21}
"""What the members think of the plans, far enough apart that any coefficient gives the same winner."""


class Committee:
    """The members of one lot's committee, by their numbers at the door."""

    def __init__(self, stage: Stage, name: str) -> None:
        self.stage, self.name = stage, name
        self.lot, self.side = stage.lot(name), PLANS[name].side
        self.desk, self.room = f"/desk/lots/{self.lot}/committee/", f"/desk/committee/{self.lot}/"
        self.members: dict[str, str] = {}
        self.sites: dict[str, str] = {}
        self.leader = ""

    def everybody(self, *calls: Any) -> list[Any]:
        """Let members act side by side."""
        return self.stage.team.together(*calls)

    # the draw

    def draw(self) -> None:
        """Ask for the experts; host, witness and supervisor commit and reveal; one expert declines."""
        starts = SITTING
        times = {"starts_at": minute(starts), "ends_at": minute(starts + LENGTH)}
        clerk = self.stage.team[self.side.clerk]
        clerk.submit(self.desk, "starts_at", fields=times)
        for _ in range(2):
            for one in self.side.officers().values():
                self.stage.team[one].kit("draw-watch", "--once")
        called = self.stage.until("experts are called", self._called)
        first = called[0]
        self.stage.team[first].submit("/desk/invitations/", "decline", fields={"words": "当日出差"})
        self.stage.counts.experts_replaced += 1
        for name in self.stage.until("the next one is called", lambda: self._called(4)):
            self.stage.team[name].submit("/desk/invitations/", "accept")
        holder = cast.person(self.side.delegate)
        label = f"{cast.institution(holder.institution).name} · {holder.name}"
        clerk.submit(self.desk, "committee/member/", fields={"seat": {"label": label}})
        self.stage.say(f"{self.name}: four experts of two cities drawn, one declined and was replaced", first)
        self.stage.move(starts)

    def _called(self, wanted: int = 1) -> list[str]:
        found = [name for name in (*CIVIL, *ECONOMICS) if self._forms(name, "/desk/invitations/", "/accept/")]
        return found if len(found) >= wanted else []

    def _forms(self, name: str, url: str, mark: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.stage.team[name].ask("forms", url=url, form=mark)["forms"]
        return found

    # the seats

    def sit_down(self) -> None:
        """At both sites the witness lets people in by number; each signs in at a place drawn at random."""
        numbers = {}
        for username in (*CIVIL, *ECONOMICS, self.side.delegate):
            page = self.stage.team[username].get("/desk/invitations/")
            if page["codes"]:
                numbers[page["codes"][0]] = username
        for witness in (self.side.witness, "witness-away"):
            url = f"/desk/sittings/{self.lot}/"
            expected = self._expected(witness, url)
            for number, site in expected:
                if number not in numbers:
                    raise StoryError(f"{witness} expects {number}, which nobody has: {numbers}")
                told = self._code(witness, url, number)
                self.stage.team[numbers[number]].submit("/desk/invitations/", "code", fields={"code": told})
                self.members[number], self.sites[number] = numbers[number], site
        if len(self.members) != 5:
            raise StoryError(f"{len(self.members)} of 5 members came: {numbers}")
        self.stage.team[self.side.witness].submit(f"/desk/sittings/{self.lot}/", "/begin/")
        self.stage.say(
            f"{self.name}: five members signed in at {' and '.join(sorted(set(self.sites.values())))}"
        )

    def _expected(self, witness: str, url: str) -> list[tuple[str, str]]:
        page = self.stage.team[witness].get(url)
        named = [row for table in page["tables"][:1] for row in table[1:] if len(row) >= 4]
        return [(row[0], row[2]) for row in named if row[0] not in self.members]

    def _code(self, witness: str, url: str, number: str) -> str:
        told = self.stage.team[witness].submit(url, f"name={number}")
        found = re.search(r"\b\d{6,10}\b", " ".join(told["codes"][1:2]) or told["text"])
        if found is None:
            raise StoryError(f"{witness} got no code for {number}: {told['codes']}")
        return found[0]

    # the judgement

    def declare_and_elect(self) -> None:
        """Each declares, then the leader is elected."""
        self.everybody(
            *(
                lambda n=name: self.stage.team[n].submit(
                    self.room, "conflict", fields={"conflict": "no", "discipline": "on"}
                )
                for name in self.members.values()
            )
        )
        number = next(n for n, name in self.members.items() if name != self.side.delegate)
        self.leader = self.members[number]
        for name in self.members.values():
            self.stage.team[name].submit(self.room, "choice", fields={"choice": number})

    def review(self, reject: Sequence[str]) -> None:
        """The comparison is read and ruled on; bids are rejected by clause and votes."""
        leader = self.stage.team[self.leader]
        url = f"{self.room}similarity/"
        self.stage.until(
            "the comparison has come",
            lambda: leader.ask("submit", url=self.room, form="review/begin")["status"] == 200,
        )
        self.everybody(
            *(lambda n=name: self._judge(n, url, bool(reject), reject) for name in self.members.values())
        )
        leader.submit(self.room, "review/conclude")
        self.stage.say(
            f"{self.name}: first review concluded, {len(reject)} bids rejected by clause V-03 and votes"
        )

    def _judge(self, name: str, url: str, upheld: bool, reject: Sequence[str]) -> None:
        seat = self.stage.team[name]
        seen: set[str] = set()
        for found in self._forms(name, url, "indication"):
            [digest] = found["fields"]["indication"]
            seen.add(digest)
            fields = {
                "upheld": "yes" if upheld else "no",
                "reason": "材料相互印证，无法合理解释" if upheld else "属于通用模板",
            }
            seat.submit(url, f"indication={digest}", fields=fields)
        if upheld and not seen:
            raise StoryError(f"{name} sees no indication")
        review = f"{self.room}review/"
        for bidder in reject:
            noted: dict[str, Any] = {
                "bid": {"label": cast.institution(bidder).name},
                "clause": "V-03.collusion_or_fraud",
                "page": "1",
                "reason": "依据雷同性报告，视为串通投标",
            }
            seat.submit(review, "clause", fields=noted)
        seat.submit(review, "review/cast")

    def score(self) -> None:
        """Each fills and signs its own sheet; one mistakes a fact, the checks find it, it is mended."""
        names = list(self.members.values())
        self.everybody(*(lambda i=i, n=n: self._sheet(n, i, hasty=i == 2) for i, n in enumerate(names)))
        leader = self.stage.team[self.leader]
        leader.submit(self.room, "/sum/")
        checks = f"{self.room}checks/"
        hasty = self.stage.team[names[2]]
        hasty.submit(checks, "/mend/")
        self._sheet(names[2], 2, hasty=False)
        leader.submit(self.room, "/sum/")
        if self._forms(names[2], checks, "/mend/"):
            raise StoryError("the checks still find something")
        self.stage.say(
            f"{self.name}: five sheets signed; a fact marked two ways was found by the checks and mended"
        )

    def _sheet(self, name: str, place: int, *, hasty: bool) -> None:
        seat, url = self.stage.team[name], f"{self.room}scores/"
        empty = seat.ask("form", url=url, form="score-")["fields"]
        fields: dict[str, str] = {}
        firms = {bid: firm for (lot, firm), bid in self.stage.bids.items() if lot == self.name}
        for key in (key for key in empty if key.startswith("score-")):
            fact = key.endswith(("-record", "-service"))
            judged = str(JUDGED[firms[key[6:42]]] + place % 3)
            fields[key] = (HASTY if hasty else OBJECTIVE) if fact else judged
        seat.submit(url, "score-", fields=fields, button="hand_in")
        if not seat.kit("sign", "--all")["signed"]:
            raise StoryError(f"{name} had no sheet to sign")

    def report(self) -> None:
        """The leader writes the reasons and lays the report; every member signs it."""
        url = f"{self.room}report/"
        leader = self.stage.team[self.leader]
        for found in self._forms(self.leader, url, "strengths"):
            [bid] = found["fields"]["bid"]
            fields = {"strengths": "施工方案完整，人员配备合理", "weaknesses": "工期安排偏紧"}
            leader.submit(url, f"bid={bid}", fields=fields)
        leader.submit(url, "report/lay")
        for name in self.members.values():
            if not self.stage.team[name].kit("sign", "--all")["signed"]:
                raise StoryError(f"{name} had no report to sign")
        self.stage.say(f"{self.name}: the report is signed by all five members")


def judge(stage: Stage, name: str, reject: Sequence[str] = RING) -> Committee:
    """Draw a committee, let it sit, review, score and sign."""
    committee = Committee(stage, name)
    committee.draw()
    committee.sit_down()
    committee.declare_and_elect()
    committee.review(reject)
    committee.score()
    committee.report()
    return committee
