"""The courier of calls: answers that cannot be trusted change nothing, a call is under way once, nothing waits for it."""

import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from deposits import queries, tasks
from deposits.actions import calling
from deposits.domain import calls, envelope
from deposits.models import Call, LotAccount
from kernel import clock
from tests import bidders, factories
from tests.deposits import world
from tests.deposits.test_transfers import FULL


class Liar:
    """A bank that answers whatever it is told to, signed by whom it is told."""

    def __init__(self, signer, result=None, spoil=None):
        self.signer, self.result, self.spoil, self.calls = signer, result or {}, spoil, []
        liar = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                liar.calls.append(self.path.strip("/"))
                data = liar.answer(envelope.read(body), self.path.strip("/"))
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, message, call):
        found = {
            "data": {"status": 1, "result": self.result},
            "encrypt": "0",
            "nonceStr": message["nonceStr"],
            "timeStamp": message["timeStamp"],
        }
        signed = {
            "domain": envelope.BANK,
            "call": f"{call}/reply",
            **{name: found[name] for name in ("data", "nonceStr", "timeStamp")},
        }
        from kernel.domain import canonical

        found["sign"] = canonical.b64(self.signer.sign(signed))
        data = envelope.to_bytes(found)
        return self.spoil(data) if self.spoil else data

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def lying(city):
    """Publish a lot at a bank that lies, past T, with its report asked for."""
    opened = []

    def begin(folder, signer="issuer", **how):
        liar = Liar(city[signer], **how)
        opened.append(liar)
        world.enter(city, "bank", liar.url)
        lot = factories.published(city)
        Call.objects.all().delete()
        for name in world.FIRMS[:3]:
            bidders.submit(city[name], lot, folder / name)
        world.close(city, lot)
        from kernel import outbox

        outbox.relay(now=clock.now())
        Call.objects.filter(call="lot").delete()
        return liar, lot, Call.objects.get(call="report")

    yield begin
    for liar in opened:
        liar.close()


def refused(call):
    assert not tasks.send(call.pk, now=clock.now())
    call.refresh_from_db()
    assert call.answered_at is None
    assert LotAccount.objects.get().reported_at is None
    assert queries.payments(call.lot_id) == []
    return call.error


def report(lot, **changes):
    value = {
        "subaccount": "6299",
        "bidder": "91510800000001011X",
        "payer": {"number": "1", "name": "x"},
        "amount": FULL,
        "paid_at": "2026-03-20T01:00:00.000Z",
        "reference": "IN-1",
        "back": None,
    }
    return {"lot": str(lot), "made_at": "2026-03-24T01:30:01.000Z", "payments": [{**value, **changes}]}


def test_a_report_that_another_signed_is_not_taken(lying, tmp_path):
    _, _, call = lying(tmp_path, signer="bidder1")
    assert "not by" in refused(call)


def test_a_report_that_was_changed_is_not_taken(lying, tmp_path):
    _, _, call = lying(tmp_path, spoil=lambda data: data.replace(b'"status":1', b'"status":2'))
    assert "signature" in refused(call)


@pytest.mark.parametrize(
    "change",
    [{"amount": "-1.00"}, {"amount": "0.00"}, {"bidder": "nobody"}, {"paid_at": "yesterday"}, {"more": 1}],
    ids=str,
)
def test_a_report_of_another_form_is_not_taken(lying, tmp_path, change):
    liar, lot, call = lying(tmp_path)
    liar.result = report(lot, **change)
    assert refused(call)


def test_a_report_of_another_lot_or_with_one_payment_twice_is_not_taken(lying, tmp_path):
    liar, lot, call = lying(tmp_path)
    liar.result = report("11111111-1111-4111-8111-111111111111")
    assert "speaks of" in refused(call)
    good = report(lot)
    liar.result = {**good, "payments": good["payments"] * 2}
    Call.objects.update(next_at=clock.now())
    assert "twice" in refused(call)


def test_a_payment_for_a_stranger_waits_until_its_organisation_is_known(lying, tmp_path, city):
    from accounts import actions as account_actions
    from deposits.actions import refunding
    from deposits.models import Deposit
    from kernel.models import OperatorTask

    liar, lot, call = lying(tmp_path)
    stranger = "91350100M000100Y43"
    liar.result = report(lot, bidder=stranger)
    assert tasks.send(call.pk, now=clock.now())
    assert queries.payments(lot)[0].bidder == stranger
    assert Deposit.objects.count() == 0
    assert OperatorTask.objects.filter(kind="deposit_payer_unknown", done_at__isnull=True).count() == 1
    account_actions.save_organisation(
        actor="system", now=clock.now(), credit_code=stranger, name="外地建筑有限公司", region="350100"
    )
    refunding.settle(lot, now=clock.now())
    row = Deposit.objects.get()
    assert (row.name, row.state, row.due_cause) == ("外地建筑有限公司", "returning", "no_bid")
    assert OperatorTask.objects.filter(kind="deposit_payer_unknown", done_at__isnull=True).count() == 0


def test_a_call_is_under_way_once(city, bank):
    lot = city["lot"]
    call = calling.plan(queries.bank(), calls.STATEMENT, lot, {"lot": str(lot)}, key="once", now=clock.now())
    assert calling.claim(call.pk, now=clock.now()) is not None
    assert calling.claim(call.pk, now=clock.now()) is None
    city["move"](seconds=31)
    assert calling.claim(call.pk, now=clock.now()) is not None, "a courier that died is followed by another"


def test_the_ticker_hands_a_call_over_and_goes_on(city, bank):
    lot = city["lot"]
    call = calling.plan(
        queries.bank(), calls.CLOSE, lot, {"lot": str(lot), "reason": "x"}, key="k", now=clock.now()
    )
    bank.process.send_signal(19)
    try:
        begun = time.monotonic()
        tasks.dispatch(call.pk, now=clock.now())
        tasks.dispatch(call.pk, now=clock.now())
        assert time.monotonic() - begun < 1.0, "the bank stands still; the ticker does not wait for it"
    finally:
        bank.process.send_signal(18)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        call.refresh_from_db()
        if call.answered_at is not None and not tasks._under_way:
            break
        time.sleep(0.05)
    assert (call.answered_at is not None, call.attempts) == (True, 0)


def test_failures_wait_longer_each_time(city):
    world.enter(city, "bank", "http://127.0.0.1:9")
    lot = factories.published(city)
    call = calling.plan(queries.bank(), calls.LOT, lot, {}, key="k", now=clock.now())
    waits, now = [], clock.now()
    for _ in range(12):
        calling.fail(call.pk, "no", now=now)
        call.refresh_from_db()
        waits.append(call.next_at - now)
    assert waits == sorted(waits)
    assert waits[-1] <= timedelta(minutes=10)
