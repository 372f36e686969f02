"""Small builders of OCDS compiled releases, and a run of one indicator over them."""

from monitoring.domain.cardinal.analysis import Analysis
from monitoring.domain.cardinal.market import Scope


def bid(who, amount=None, status="valid", currency="USD", **more):
    """Return a bid of one tenderer, or of several given as a tuple; without an amount it has no value."""
    names = who if isinstance(who, tuple) else (who,)
    made = {"status": status, "tenderers": [{"id": name} for name in names], **more}
    return made if amount is None else made | {"value": {"amount": amount, "currency": currency}}


def award(*suppliers, status="active", classes=()):
    items = [{"classification": {"scheme": "UNSPSC", "id": name}} for name in classes]
    return {"status": status, "suppliers": [{"id": name} for name in suppliers], "items": items}


def release(ocid, *bids, awards=(), buyer=None, **tender):
    made = {"ocid": ocid, "tender": tender, "bids": {"details": list(bids)}, "awards": list(awards)}
    return made if buyer is None else made | {"buyer": {"id": buyer}}


def contest(ocid, own, other, *, winner="W", loser="L", currency="USD", **tender):
    """Return a process that the first bid won."""
    bids = (bid(winner, own, currency=currency), bid(loser, other, currency=currency))
    return release(ocid, *bids, awards=[award(winner)], **tender)


def analyse(releases, code, *, scope=None, maps=False, **options):
    """Run one indicator and return the analysis and its document without Meta."""
    analysis = Analysis({code: options}, scope or Scope(), maps=maps)
    for each in releases:
        analysis.see(each)
    return analysis, analysis.conclude(meta=False)


def flagged(releases, code, **options):
    """Run one indicator and return its values by group and id."""
    _, document = analyse(releases, code, **options)
    return {
        group: {name: values[code] for name, values in found.items()} for group, found in document.items()
    }


def meta(releases, code, **options):
    """Run one indicator and return what it tells of its fences."""
    analysis = Analysis({code: options})
    for each in releases:
        analysis.see(each)
    return analysis.conclude()["Meta"].get(code)
