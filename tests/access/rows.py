"""What a row of the access table is: how something is asked for, and what every reader gets.

Readers are VISITOR (nobody signed in), BARE (signed in, second factor not shown), every kind of seat as the scene's
people hold it, and for most kinds a second seat of another organisation that has no part in the scene's lots.
Outcomes:

    OK       one of the row's `ok` statuses
    HIDDEN   404: what you may not see is not there
    SIGN_IN  a redirect to the sign-in page
    FACTOR   a redirect to the second factor
    NO_TOKEN 401 (API and upload app)
"""

from dataclasses import dataclass, field

from accounts import access
from accounts.domain.seats import SeatKind as S

VISITOR, BARE = "visitor", "bare"
OUTSIDERS = (S.CLERK, S.REVIEWER, S.BIDDER, S.EXPERT, S.HOST, S.WITNESS, S.CUSTODIAN, S.SUPERVISOR)
"""The kinds of which a second seat asks too, one that has nothing to do with the scene's lots."""
OK, HIDDEN, SIGN_IN, FACTOR, NO_TOKEN = "ok", "hidden", "sign-in", "factor", "no-token"


def outsider(kind):
    """The reader that is of this kind and of another organisation."""
    return f"other {kind.value}"


READERS = (VISITOR, BARE, *S, *(outsider(kind) for kind in OUTSIDERS))


@dataclass(frozen=True)
class Row:
    """One way to ask a route, and what each reader gets."""

    route: str
    path: str
    outcomes: dict
    declared: object
    method: str = "GET"
    data: dict = field(default_factory=dict)
    headers: dict = field(default_factory=dict)
    ok: frozenset = frozenset({200})


def public(route, path, **how):
    """Everybody may open it."""
    return _row(route, path, dict.fromkeys(READERS, OK), access.PUBLIC, how)


def signed_in(route, path, **how):
    """Every account may open it, before its second factor is shown too."""
    return _row(route, path, {**dict.fromkeys(READERS, OK), VISITOR: SIGN_IN}, access.SIGNED_IN, how)


def seats(route, path, *kinds, hidden_from=(), theirs=(), shared=None, **how):
    """Only these kinds of seat; `hidden_from` are kinds that may open the view, but not for this object.

    A path that names an object of the scene is hidden from outsiders of the same kinds too, unless it is `shared`.
    `theirs` are kinds whose outsiders may open what the scene's own people may not: it is their side's.
    """
    shared = "{" not in path if shared is None else shared
    closed = {**dict.fromkeys(READERS, HIDDEN), VISITOR: SIGN_IN, BARE: FACTOR}
    declared = frozenset({*kinds, *hidden_from}) or frozenset(S)
    opened = kinds or (() if hidden_from else tuple(S))
    belongs = {outsider(kind): OK for kind in theirs}
    return _row(route, path, {**closed, **_all_of(opened, shared=shared), **belongs}, declared, how)


def nobody(route, path, **how):
    """A public view of something that is not there for anybody, a draft for instance."""
    return _row(route, path, dict.fromkeys(READERS, HIDDEN), access.PUBLIC, how)


def posts(row):
    """Return a function that makes rows of POSTs; what is let in may still be refused by a rule (422)."""

    def make(route, path, *kinds, ok=(200, 303, 422), **how):
        return row(route, path, *kinds, method="POST", ok=ok, **how)

    return make


post = posts(seats)


def token(route, path, *kinds, hidden_from=(), shared=None, **how):
    """An operation of the API for these kinds of seat, by token; with none, for every seat."""
    shared = "{" not in path if shared is None else shared
    declared = (*kinds, *hidden_from) or tuple(S)
    asked = {
        **dict.fromkeys(READERS, NO_TOKEN),
        **dict.fromkeys((*declared, *(outsider(one) for one in declared if one in OUTSIDERS)), HIDDEN),
        **_all_of(kinds or (() if hidden_from else tuple(S)), shared=shared),
    }
    return _row(route, path, asked, frozenset(declared), how)


def open_operation(route, path, **how):
    """An operation of the API that needs no token."""
    return _row(route, path, dict.fromkeys(READERS, OK), access.PUBLIC, how)


def closed_operation(route, path, **how):
    """An operation that needs no token, of something that is not there for anybody."""
    return _row(route, path, dict.fromkeys(READERS, HIDDEN), access.PUBLIC, how)


def socket(route, path, audiences=None, *, default="public"):
    """A socket: each reader's audience, `default` for those that are not named; None is closed as unknown."""
    found = {**dict.fromkeys(READERS, default), **(audiences or {})}
    return _row(route, path, found, access.PUBLIC, {})


def _all_of(kinds, *, shared):
    found = dict.fromkeys(kinds, OK)
    if shared:
        found.update({outsider(kind): OK for kind in kinds if kind in OUTSIDERS})
    return found


def _row(route, path, outcomes, declared, how):
    if "ok" in how:
        how["ok"] = frozenset(how["ok"])
    return Row(route, path, outcomes, declared, **how)
