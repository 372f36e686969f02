"""The city with its bank and its issuer as real programs, and what bidders do at them with their own keys."""

import json
import os
import secrets
import subprocess
import sys
import uuid
from datetime import timedelta
from decimal import Decimal

import httpx
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from accounts import authority, queries as accounts
from deposits import queries, tasks
from deposits.actions import configuring
from deposits.domain import calls, envelope
from deposits.domain.calls import Account, Application
from deposits.domain.entries import Entry
from deposits.domain.guarantees import Party
from kernel import clock, outbox, sequencer
from tender import queries as tender
from tender.actions import stepping
from tests import cast, factories
from tests.conftest import ROOT

FIRMS = ("bidder1", "bidder2", "bidder3", "bidder4")
RICH = "9000000.00"


def found(*more):
    """The city with bidders, operator and bank enrolled; a platform that can sign."""
    return {a.username: a for a in cast.found_city(*factories.STAFF, *FIRMS, "operator", "issuer", *more)}


class Program:
    """A counterparty as a process of its own, with the identity of the bank's organisation."""

    def __init__(self, module, folder, actor, *words):
        self.home, self.trust = folder / module, folder / "trust"
        self.home.mkdir(parents=True, exist_ok=True)
        self.trust.mkdir(exist_ok=True)
        pem = cast.key_of(actor.username).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.home / "key.pem").write_bytes(pem)
        (self.home / "certificate.pem").write_bytes(actor.certificate.public_bytes(Encoding.PEM))
        (self.trust / "roots.pem").write_text(accounts.roots_pem())
        (self.trust / "platform.txt").write_text(accounts.platform_certificate()[1] + "\n")
        self.words = [
            *(sys.executable, "-m", f"demo.{module}"),
            *("--home", str(self.home), "--trust", str(self.trust), *words),
        ]
        self.process = None
        self.port = "0"

    def start(self):
        self.process = subprocess.Popen(
            [*self.words, "--port", self.port],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env=dict(os.environ),
        )
        line = self.process.stdout.readline().split()
        assert line[0] == "ready", line
        self.url = line[1]
        self.port = self.url.rpartition(":")[2]
        return self

    def stop(self):
        self.process.kill()
        self.process.wait(10)
        self.process.stdout.close()


def customers(folder):
    """The bank's customers: every firm has its basic account there, and so has the bureau."""
    from demo import cast as city

    path = folder / "customers.json"
    rows = [
        {"number": i.account_number, "name": i.name, "owner": i.credit_code, "balance": RICH}
        for i in city.INSTITUTIONS
    ]
    path.write_text(json.dumps(rows, ensure_ascii=False))
    return path


def start_bank(folder, actors):
    bank = Program("bank", folder, actors["issuer"], "--customers", str(customers(folder))).start()
    enter(actors, "bank", bank.url, interest_rate=Decimal("0.0035"))
    return bank


def start_issuer(folder, actors, **entry):
    issuer = Program("issuer", folder, actors["issuer"], "--rate", "0.002", "--floor", "500.00").start()
    enter(actors, "issuer", issuer.url, fee_rate=Decimal("0.002"), fee_floor=Decimal(500), **entry)
    return issuer


def enter(actors, kind, url, **more):
    code = actors["issuer"].holder.organisation.credit_code
    return configuring.save_institution(
        actors["operator"].holder, Entry(kind=kind, credit_code=code, base_url=url, **more), now=clock.now()
    )


def post(actor, url, domain, call, data, *, message=None):
    """Send a signed message as an actor and return the verified result; raises what the other side says."""
    sent = message or envelope.request(
        call, data, domain=domain, nonce=secrets.token_hex(16), at=clock.now(), sign=actor.sign
    )
    body = httpx.post(f"{url}/{call}", content=envelope.to_bytes(sent), timeout=10).content
    return envelope.open_reply(
        envelope.read(body),
        sent,
        call=call,
        domain=domain,
        roots=accounts.roots(),
        now=clock.now(),
        sender=accounts.party_by_code(bank_code()).credit_code,
    ).result


def bank_code():
    from demo import cast as city

    return city.institution("bank").credit_code


class Platform:
    """The platform as a signer, for what only it may ask."""

    def sign(self, value):
        return authority.sign(value)


def pay(actor, bank, lot, amount, *, payer=None, reference=None):
    """A firm asks for its sub-account and pays, from its own basic account or (payer) from another firm's."""
    account = post(actor, bank.url, envelope.BANK, calls.SUBACCOUNT, {"lot": str(lot)})
    by = payer or actor
    data = {
        "reference": reference or uuid.uuid4().hex,
        "from": by.holder.organisation.account_number,
        "to": account["number"],
        "amount": amount,
    }
    return post(by, bank.url, envelope.BANK, calls.TRANSFER, data)


def apply(actor, issuer, lot_id, *, amount="400000.00", order=None, **changes):
    """A firm applies for a guarantee and fetches it; returns what `fetch` gave."""
    record = tender.lot(lot_id)
    owner, firm = record.procuring_entity, actor.holder.organisation
    wanted = Application(
        order=order or str(uuid.uuid4()),
        tender=record.tender,
        lot=str(lot_id),
        code=record.code,
        title=record.title,
        beneficiary=Party(owner.name, owner.credit_code),
        amount=Decimal(amount),
        deadline=record.deadline,
        validity_days=record.notice["validity_days"],
        fee_account=Account(firm.account_number, firm.account_name),
    ).as_json()
    made = post(actor, issuer.url, envelope.ISSUER, calls.APPLY, {**wanted, **changes})
    return post(actor, issuer.url, envelope.ISSUER, calls.FETCH, {"order": made["order"]})


def carry():
    """Relay the outbox and send every call that is due, until nothing is left."""
    for _ in range(20):
        moved = outbox.relay(now=clock.now())
        sent = [tasks.send(pk, now=clock.now()) for pk in queries.due_calls(now=clock.now(), limit=50)]
        if not moved and not any(sent):
            return


def close(actors, lot):
    """Let T come, and count the lot."""
    from bidding.actions import counting

    actors["move"](to=tender.lot(lot).deadline + timedelta(seconds=1))
    stepping.close_due(lot, now=clock.now())
    sequencer.tick(now=clock.now())
    return counting.count(lot, now=clock.now())
