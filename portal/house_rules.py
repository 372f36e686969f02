"""Rules of this platform that stand in no edition: who may act at all, and what a signature needs."""

from collections.abc import Mapping
from dataclasses import dataclass

from tender.domain.wording import gettext_noop as _


@dataclass(frozen=True, slots=True)
class HouseRule:
    """A rule by its id; all texts are English message ids."""

    id: str
    title: str
    text: str
    source: str


HOUSE: Mapping[str, HouseRule] = {
    rule.id: rule
    for rule in (
        HouseRule(
            "A-06",
            _("One account, one seat"),
            _(
                "The roles of a tender are never combined in one account, and a certificate acts for its own seat. "
                "The operator sees no business data; the security auditor reads the journal and changes nothing."
            ),
            _("Access model of this platform"),
        ),
        HouseRule(
            "A-07",
            _("Four eyes"),
            _(
                "Publishing, changing a deadline, changing the committee, rejecting a bid, coding a fault, publishing "
                "a result, refunding a guarantee and opening or closing a case are proposed by one person and decided "
                "by another."
            ),
            _("Access model of this platform"),
        ),
        HouseRule(
            "E-03",
            _("Deposits stay hidden until the bid deadline"),
            _(
                "Before the bid deadline nobody may list or count the deposits and guarantees of a lot, not even the "
                "platform's staff: the bank reports only from the deadline on, guarantees lie inside the sealed bids, "
                "and every look at them afterwards is logged."
            ),
            _("Confidentiality of guarantees"),
        ),
        HouseRule(
            "B-10",
            _("Fees of guarantees are public and compared"),
            _(
                "Every issuer's rate is published beside the others', none is designated or preferred, and one bank "
                "at a time holds the deposits."
            ),
            _("Fair competition review rules, article 11"),
        ),
        HouseRule(
            "S-09",
            _("What is signed"),
            _(
                "Documents of a tender are signed with a certificate of the seat that answers for them. A signature "
                "holds when its certificate leads to a trusted root, was valid at the instant of receipt and covers "
                "the very bytes of the document."
            ),
            _("Measures for electronic tendering, article 40"),
        ),
        HouseRule(
            "J-05",
            _("What an objection must say"),
            _("An objection has a clear request in words; a complaint also its proof and a signature."),
            _("Regulation on implementing the Tendering Law, article 61"),
        ),
        HouseRule(
            "V-07",
            _("Too little competition"),
            _(
                "When rejections leave fewer than three valid bids and competition is clearly lacking, the committee "
                "may reject all bids by majority."
            ),
            _("Provisional rules on evaluation committees and methods, article 27"),
        ),
        HouseRule(
            "O-10",
            _("The steps keep their order"),
            _(
                "A procedure goes on by the steps of its lifecycle, one after the other; "
                "a step that does not follow from where it stands is refused."
            ),
            _("Lifecycles of this platform"),
        ),
        HouseRule(
            "L-01",
            _("How a case is opened and closed"),
            _(
                "A supervisor proposes to open a case on flags, or to close it, with a reason; another decides. "
                "One supervisor handles it. A flag or a statistic alone settles nothing."
            ),
            _("Practice of supervision"),
        ),
        HouseRule(
            "L-02",
            _("Evidence is frozen"),
            _(
                "What is attached to a case stays as it is, and its hash is journalled. Evidence is the ground of a "
                "finding only once it is verified; what was obtained unlawfully is never one."
            ),
            _("Law on Administrative Penalties, article 46"),
        ),
        HouseRule(
            "L-03",
            _("The firms concerned are heard"),
            _(
                "A firm that a case concerns may state its view and defend itself. It is asked in writing with a due "
                "date, sees its own question and what it is shown, and replies once; a defence never counts against it."
            ),
            _("Law on Administrative Penalties, article 45"),
        ),
        HouseRule(
            "L-04",
            _("A conference decides what becomes of a clue"),
            _(
                "A conference on the clue is recorded with its day, participants, minutes and decision: no "
                "action, keep watching, an administrative penalty, or the police and prosecutors."
            ),
            _("Practice of supervision"),
        ),
        HouseRule(
            "L-05",
            _("Handing a case over"),
            _(
                "What is suspected to be a crime is handed over to the police with its report and material, and no "
                "penalty stands in its place. The package has a signed index of all that it holds."
            ),
            _(
                "Regulation on the transfer of suspected criminal cases by administrative bodies, articles 3, 6 and 11"
            ),
        ),
        HouseRule(
            "R-01",
            _("How experts are asked for"),
            _(
                "The procuring entity or its agency states time, majors, numbers and the organisations to avoid, "
                "each with its ground, once; the request is sealed when it is made."
            ),
            _("Practice of drawing experts"),
        ),
        HouseRule(
            "R-07",
            _("How often an expert sits"),
            _(
                "The pool's operator limits how often an expert sits, and how soon again for one procuring entity."
            ),
            _("Practice of drawing experts"),
        ),
        HouseRule(
            "V-02",
            _("Questions in writing"),
            _(
                "The committee asks in writing through the platform about what is unclear, inconsistent or plainly "
                "miswritten; the answer changes no substance, and what was not asked is not taken."
            ),
            _("Regulation on implementing the Tendering Law, article 52"),
        ),
        HouseRule(
            "V-10",
            _("What a report holds"),
            _(
                "A report holds its members, the rejections with reasons, the scores, the ranking, the candidates "
                "with reasons, dissent, questions and changes of members."
            ),
            _("Provisional rules on evaluation committees and methods, article 42"),
        ),
        HouseRule(
            "X-05",
            _("One member, one place"),
            _(
                "Each member signs in with its own account at a workstation drawn at random, by a code that the "
                "witness gives at the door and that works once."
            ),
            _("Practice of evaluation from several sites"),
        ),
        HouseRule(
            "X-09",
            _("Places at a site"),
            _("A site may refuse a committee only for lack of places."),
            _("Practice of evaluation from several sites"),
        ),
        HouseRule(
            "X-01",
            _("Home and away sites"),
            _("A lot that is evaluated from several cities has one home site and at least one away site."),
            _("Practice of evaluation from several sites"),
        ),
    )
}
