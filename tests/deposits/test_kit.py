"""The kit's guarantee commands against a real issuer program: quote, apply, fetch, and nothing kept that is not good."""

import json

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client

from accounts import queries as accounts
from bidding.kit import cli
from deposits.domain import guarantees
from kernel import keys
from tender import queries as tender
from tests import cast, factories
from tests.deposits import world


class Wire(httpx.BaseTransport):
    """The platform answered in this process by the test client, the issuer over the network."""

    def __init__(self, spoil=None):
        self.client, self.spoil = Client(), spoil

    def handle_request(self, request):
        if request.url.port != 8000:
            with httpx.HTTPTransport() as network:
                answer = network.handle_request(request)
                answer.read()
            return self.spoil(answer) if self.spoil else answer
        found = self.client.generic(
            request.method,
            request.url.raw_path.decode(),
            request.read(),
            content_type=request.headers.get("content-type", "application/octet-stream"),
            headers={k: v for k, v in request.headers.items() if k == "authorization"},
        )
        return httpx.Response(found.status_code, headers=dict(found.headers), content=found.content)


@pytest.fixture
def seat(city, tmp_path):
    """A bidder's folder and the trust folder that it had before."""
    home, trust = tmp_path / "kit", tmp_path / "kit-trust"
    home.mkdir()
    trust.mkdir()
    pem = cast.key_of("bidder1").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (home / "key.pem").write_bytes(pem)
    (home / "certificate.pem").write_bytes(city["bidder1"].certificate.public_bytes(Encoding.PEM))
    (trust / "roots.pem").write_text(accounts.roots_pem())
    (trust / "platform.txt").write_text(accounts.platform_certificate()[1] + "\n")
    (trust / "policy.txt").write_text(f"log {keys.log_verifier()}\nquorum none\n")
    city["lot"] = factories.published(city)
    return home, trust


@pytest.fixture
def kit(seat, capsys):
    home, trust = seat

    def run(*words, spoil=None):
        capsys.readouterr()
        shared = ["--home", str(home), "--trust", str(trust), "--server", "http://localhost:8000"]
        argv = [*shared, "--json", "--lang", "en", "guarantee", *map(str, words)]
        code = cli.main(argv, transport=Wire(spoil))
        said = capsys.readouterr()
        return code, json.loads(said.out.splitlines()[-1]), said.err

    return run


def test_quote_apply_and_fetch(city, issuer, seat, kit):
    lot, account = city["lot"], city["bidder1"].holder.organisation.account_number
    code, quoted, said = kit("quote", lot)
    assert (code, quoted["quotes"][0]["fee"]) == (0, "800.00")
    assert "800.00" in said
    code, made, _ = kit("apply", lot, "--fee-account", account, "--server", "http://localhost:8000")
    assert code == 0
    path = seat[0] / "guarantees" / str(lot) / f"{world.bank_code()}-0" / "guarantee.json"
    assert made["path"] == str(path)
    found = guarantees.read(path.read_bytes())
    assert found.number == made["number"]
    assert path.with_suffix(".p7s").exists()
    _, again, _ = kit("apply", lot, "--fee-account", account)
    assert again["number"] == made["number"], "the same application costs one fee"
    path.unlink()
    code, fetched, _ = kit("fetch", lot)
    assert (code, fetched) == (0, again)
    assert path.exists()


def test_the_kit_encloses_what_it_fetched(city, issuer, seat, kit, tmp_path):
    from pathlib import Path

    from bidding.domain.notice import parse
    from bidding.kit import enclosing, trusting
    from bidding.sealing.suites import SHAPES
    from kernel import timemachine

    lot, firm = city["lot"], city["bidder1"].holder.organisation
    _, made, _ = kit("apply", lot, "--fee-account", firm.account_number)
    notice = parse(tender.lot(lot).notice, [], SHAPES)
    found = enclosing.read(
        Path(made["path"]), notice, firm.credit_code, trusting.load(seat[1]), timemachine.now()
    )
    assert found.fact["number"] == made["number"]


def test_an_answer_that_was_changed_on_the_way_is_not_used(city, issuer, kit):
    def spoil(answer):
        body = answer.content.replace(b'"fee":"800.00"', b'"fee":"700.00"')
        return httpx.Response(200, content=body)

    code, quoted, said = kit("quote", city["lot"], spoil=spoil)
    assert (code, quoted["quotes"]) == (0, [])
    assert "gives no quote" in said


def test_a_silent_issuer_is_one_sentence(city, issuer, kit):
    issuer.stop()
    code, ended, said = kit("apply", city["lot"], "--fee-account", "1")
    assert (code, ended["error"]) == (1, "server_unreachable")
    assert "was not reached" in said
    issuer.start()
    assert kit("fetch", city["lot"])[0] == 1, "nothing is ordered yet at the issuer"
    assert kit("apply", city["lot"], "--fee-account", "1")[0] == 0


def test_rejection_and_wrong_calls_say_what_to_do(city, issuer, kit):
    lot = city["lot"]
    assert kit("fetch", lot)[1]["error"] == "guarantee_not_applied"
    assert kit("apply", lot, "--fee-account", "1", "--issuer", "X")[1]["error"] == "issuer_unknown"
    with pytest.raises(SystemExit) as ended:
        kit("apply", lot, "--fee-account", "1", "--amount", "many")
    assert ended.value.code == 2
    city["move"](to=tender.lot(lot).deadline)
    code, ended, said = kit("apply", lot, "--fee-account", "1")
    assert (code, ended["error"]) == (1, "guarantee_rejected")
    assert "must precede it" in said


def test_a_lot_that_takes_no_guarantee(city, issuer, kit):
    lot = factories.published(
        city, code="E5108000055", deposit={"amount": "400000.00", "forms": ["transfer"]}
    )
    assert kit("quote", lot)[1]["error"] == "guarantee_not_taken"
