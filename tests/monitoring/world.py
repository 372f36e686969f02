"""What the tests of monitoring do around an opening: bids with makers and prices, owed work done as a worker does it."""

import io

import docx

from kernel import clock, outbox, storage
from monitoring.actions import jobs, working
from monitoring.models import Lesson, ScreenRun
from tender.models import Lot
from tests import bidders

AUTHOR = "李雷"
PRICES = {
    "bidder1": "9812345.67",
    "bidder2": "9934567.89",
    "bidder3": "10056790.11",
    "bidder4": "9700123.45",
    "bidder5": "10311888.02",
    "bidder6": "9655432.10",
    "bidder7": "10500321.76",
}
"""The first three keep one step of 122,222.22."""


def made_by(author):
    """A small docx whose metadata name an author."""
    document = docx.Document()
    document.core_properties.author = author
    document.core_properties.last_modified_by = author
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def submit(it, prices=PRICES, authors=("bidder1", "bidder2")):
    """Seal and upload bids at given prices; the documents of `authors` are made by one person."""
    for name, price in prices.items():
        folder = it.folder / name
        documents = made_by(AUTHOR if name in authors else f"作者{name}")
        sealed = bidders.seal_files(it.actors[name], it.lot, folder, price=price, documents=documents)
        bid = bidders.declare(it.actors[name], it.lot, sealed, folder)
        bidders.upload(bid, folder)
        bid.refresh_from_db()
        it.bids[name], it.sealed[name] = bid, sealed


def open_hall(it):
    """From T to the read-out."""
    it.close()
    it.show_names()
    it.ready()
    it.to_due()
    it.release()
    it.run()
    assert it.hall.step == "read_out"


def relay():
    """Tell the later-handlers what happened."""
    while outbox.relay(now=clock.now()):
        continue


def work():
    """Do all owed work as a worker would, once; returns how many pieces were done."""
    return sum(working.do(job, now=clock.now()) for job in list(jobs.due(now=clock.now(), limit=99)))


def copies(lot_id, code, count, factor):
    """More opened lots of the same kind, as rows of monitoring alone: the same bidders at other prices."""
    origin, run = Lot.objects.get(pk=lot_id), ScreenRun.objects.get(lot=lot_id)
    for number in range(count):
        row = Lot.objects.get(pk=lot_id)
        row.pk, row.code, row.number = None, f"{code}-X{number:02}", origin.number + 1 + number
        row._state.adding = True
        row.save(force_insert=True)
        prices = [
            [bidder, f"{float(amount) * (1 + factor * ((at * 37 + number * 11) % 13) / 13):.2f}"]
            for at, (bidder, amount) in enumerate(run.prices)
        ]
        ScreenRun.objects.create(
            lot=row,
            version=run.version,
            regime=run.regime,
            category=run.category,
            bids=run.bids,
            values=run.values,
            prices=prices,
            estimate=run.estimate,
            ceiling=run.ceiling,
            computed_at=run.computed_at,
        )


def lesson(asker):
    """A model of a market that waits for a decision; its file is any bytes."""
    return Lesson.objects.create(
        regime="T",
        category="works",
        status="proposed",
        asked_by_id=asker.id,
        asked_at=clock.now(),
        lots=12,
        confirmed=6,
        figures={"learned": {"AUC": 0.9}, "shipped": {"AUC": 0.8}},
        sha256=storage.put(b"a model"),
        size=7,
    )
