"""Every page can be reached by clicks: from the home page and the workbench, seat by seat, in lots of many states."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from accounts.models import User
from bidding.actions import hosting, offering
from evaluation.actions import checking, clarifying, deciding, reviewing
from kernel import clock
from kernel.domain import canonical
from tender import queries as tender
from tender.actions import changing, objecting, publishing, stepping
from tender.domain.objections import Kind
from tests import cast, factories, openings
from tests.access import table
from tests.access.rows import OK
from tests.deposits.world import enter
from tests.evaluation import world
from tests.monitoring import world as flags
from tests.monitoring.casework import Casework
from tests.seats import browser

pytestmark = pytest.mark.timeout(900)  # a whole tender and several hundred pages
START = ("/", "/desk/")
EACH_ROUTE = 2
ATTRIBUTES = {"href", "action", "formaction", "data-refresh", "data-poll"}
MACHINES = frozenset({"healthz", "readyz", "log-tile", "styleguide"})
"""Asked by what watches the platform, its log and its looks, never by a reader."""
ONLY_SOMETIMES = frozenset(
    {
        "mfa_reauthenticate_webauthn",  # with a passkey
        "mfa_login_webauthn",  # as above
        "mfa_edit_webauthn",  # as above
        "mfa_remove_webauthn",  # as above
        "account_inactive",  # a closed account
        "account_signup",  # there is no free sign-up: the page says so
        "account_set_password",  # an account without a password
        "mfa_download_recovery_codes",  # once the password was shown again
        "account_reauthenticate",  # asked for by the next page
        "mfa_reauthenticate",  # as above
        "mfa_authenticate",  # in the middle of signing in
        "enrol",  # a link in the letter with the code
        "sign-in-ticket",  # a link that the kit gives
        "deposit-propose",  # with a deposit that came in: walked in tests/deposits
    }
)
"""Pages to which a redirect, a letter or a device leads."""


class Links(HTMLParser):
    """Collects every address of a page, with how it is asked."""

    def __init__(self, html):
        super().__init__()
        self.found = set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        posted = tag == "form" and given.get("method", "get").lower() == "post"
        for name in ATTRIBUTES & given.keys():
            self.found.add((given[name] or "", posted or name == "formaction"))


def crawl(username, names):
    """Follow every link from the start; `names` gets the routes that were seen."""
    client, todo, seen, visits = browser(username), list(START if username else ("/",)), set(), {}
    while todo:
        path = todo.pop(0)
        answer = client.get(path)
        assert answer.status_code < 400, f"{username or 'a visitor'} is led to {path}, which is not there"
        if "text/html" not in answer.headers.get("Content-Type", ""):
            answer.close()
            continue
        for link, posted in Links(answer.content.decode()).found:
            where = urlsplit(urljoin(path, link))
            if where.netloc or where.scheme or (where.path, posted) in seen:
                continue
            seen.add((where.path, posted))
            try:
                match = resolve(where.path)
            except Resolver404:
                assert where.path.startswith("/static/"), (path, link)
                continue
            names.add(match.url_name)
            visits[match.url_name] = visits.get(match.url_name, 0) + 1
            if not posted and visits[match.url_name] <= EACH_ROUTE:
                todo.append(where.path)


def pages():
    """The routes that somebody may open, by the table of access; of two names of one address the first."""
    found = {row.route for row in table.PAGES if row.method == "GET" and OK in row.outcomes.values()}
    return {name for name in found if _first_name(name) == name}


def _first_name(name):
    try:
        return resolve(reverse(name)).url_name
    except NoReverseMatch:
        return name


def give_security(username):
    """A password, an authenticator app and recovery codes, as most people have them."""
    user = User.objects.get(username=username)
    user.set_password("a long enough phrase")
    user.save()
    totp.TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(user)


def crawl_all(names, *usernames):
    """Crawl as each of these; "" is a visitor."""
    for username in usernames:
        crawl(username, names)


def test_every_page_is_reached_by_clicks_in_the_course_of_a_tender(store, moved, monkeypatch):
    seen = set()
    it, w = begin(store, moved, monkeypatch)
    before_the_deadline(it)
    crawl_all(
        *(seen, "bidder1", "clerk", "reviewer", "host", "witness", "keeper-notary", "operator", "auditor"),
        *("issuer", "archivist"),
    )
    it.close()
    w.request()
    w.draw()
    called = w.username(w.called()[0])
    crawl_all(seen, called)
    w.accept_all()
    w.name_delegate()
    through_the_hall(it)
    crawl_all(seen, "host")
    it.sign_record()
    it.run()
    look_for_flags(it)
    crawl_all(seen, "supervisor", "archivist", "")
    pursue(it)
    crawl_all(seen, "supervisor", "bidder1")
    w.bids = {name: str(bid.pk) for name, bid in it.bids.items()}
    w.let_in()
    assert w.begin() == ()
    crawl_all(seen, "witness", "clerk")
    to_the_scores(w)
    crawl_all(seen, w.leader.username, "bidder1")
    to_the_result(w)
    crawl_all(seen, "", "clerk", "reviewer", "supervisor", "operator")
    missing = pages() - seen - ONLY_SOMETIMES - MACHINES
    assert not missing, " ".join(sorted(missing))


def begin(store, moved, monkeypatch):
    """A published lot with its bidders, its experts, and everybody who may have a page."""
    people = (*factories.STAFF, *openings.FIRMS, "operator", "auditor", "archivist", "issuer")
    actors = {actor.username: actor for actor in cast.found_city(*people, *world.CIVIL, *world.ECONOMICS)}
    actors["delegate"] = world.enrol_delegate("delegate")
    lot = factories.published(actors)
    watch = openings.Watch(store / "witnesses", monkeypatch)
    w = world.World(actors, lot, moved)
    w.furnish()
    return openings.Opening(actors, lot, moved, watch, store / "bids"), w


def before_the_deadline(it):
    """Drafts, an objection with its answer, an addendum, the kit, bids."""
    clerk, reviewer = it.actors["clerk"].holder, it.actors["reviewer"].holder
    offering.offer(now=clock.now())
    factories.draft(it.actors, code="E5108000002")
    submitted = factories.draft(it.actors, code="E5108000003")
    publishing.submit(clerk, submitted, now=clock.now())
    give_security("bidder1")
    enter(it.actors, "issuer", "http://127.0.0.1:9")
    question = objecting.raise_objection(
        it.actors["bidder1"].holder, it.lot, Kind.DOCUMENT, "工期自何时起算？", now=clock.now()
    )
    objecting.answer(reviewer, question, "自开工令之日起算。", now=clock.now())
    changing.propose_addendum(
        clerk, it.lot, now=clock.now(), text="补遗一", deadline=None, affects_bids=False
    )
    changing.publish_addendum(reviewer, it.lot, now=clock.now())
    it.commit()
    it.submit(*openings.FIRMS)
    it.watch.tick()


def through_the_hall(it):
    """From the names to the record that waits for its signatures."""
    it.show_names()
    it.host(hosting.hear_names)
    it.ready()
    it.consent()
    it.draw_coefficients()
    it.run()
    it.release()
    it.run()
    it.host(hosting.hear_objections)
    it.confirm()
    it.run()


def look_for_flags(it):
    """Screens and comparison, a dossier of each edition, a learned model."""
    flags.relay()
    flags.work()
    for edition in ("public", "audit"):
        browser("supervisor").post(f"/desk/lots/{it.lot}/dossiers/", {"edition": edition})
    it.watch.tick()
    it.watch.tick()
    it.move(minutes=10)
    assert flags.work() == 2
    flags.lesson(it.actors["supervisor"].holder)


def pursue(it):
    """A case on what was flagged, from its opening to the package."""
    it.actors.setdefault("supervisor-finance", cast.enrol("supervisor-finance"))
    case = Casework(it.actors).opened()
    case.ask("bidder1", shown=[case.attach()])
    case.reply("bidder1", file=b"%PDF-1.7 reply")
    case.go_on().confer("police").hand_over()


def to_the_scores(w):
    """A committee that has reviewed the bids and asked one bidder a question."""
    w.declare_all()
    w.elect()
    reviewing.begin_review(w.leader, w.lot, now=clock.now())
    for digest in w.bench.indications:
        for holder in w.holders():
            reviewing.rule_on(holder, w.lot, digest, upheld=False, reason="同一软件", now=clock.now())
    w.cast_all()
    w.conclude()
    due = clock.now() + world.HOUR
    clarifying.ask(w.leader, w.lot, w.bids["bidder1"], "请说明工期依据。", due, now=clock.now())


def to_the_result(w):
    """Sheets, report, candidates, and the first of them chosen."""
    w.score_all()
    assert checking.sum_up(w.leader, w.lot, now=clock.now()) == []
    w.lay()
    w.sign_report()
    deciding.publish_candidates(w.holder("reviewer"), w.lot, now=clock.now())
    public = tender.publication(w.lot, "candidates")
    w.move(to=public.until)
    stepping.decide_due(w.lot, now=clock.now())
    first = canonical.from_bytes(bytes(public.document))["candidates"][0]["bid"]
    deciding.publish_result(w.holder("reviewer"), w.lot, first, now=clock.now())
