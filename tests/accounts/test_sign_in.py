"""Sign-in by password with a second factor, by certificate, and what ends a session."""

import json
import time

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts import actions
from accounts.models import Seat, User
from kernel import clock
from kernel.domain import canonical
from kernel.hub import hub
from tests import cast, factories
from tests.seats import browser, text_of

PASSWORD = "a long enough phrase"


@pytest.fixture
def city(store, moved):
    cache.clear()
    actors = {a.username: a for a in cast.found_city(*factories.STAFF, "operator", "bidder1")}
    for username in actors:
        user = User.objects.get(username=username)
        user.set_password(PASSWORD)
        user.save()
    return actors


def code_for(secret):
    """The code that the app shows now; that one was used before is forgotten, as if half a minute had passed."""
    cache.clear()
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


def set_up_app(client):
    """Set up the authenticator app in a session that is signed in by password; returns the secret."""
    page = client.get("/security/app/")
    secret = page.context["form"].secret
    answer = client.post("/security/app/", {"code": code_for(secret)})
    assert answer.status_code == 302, text_of(answer)
    return secret


def sign_in(client, username, password=PASSWORD):
    return client.post("/sign-in/", {"login": username, "password": password})


def test_without_a_second_factor_a_seat_sees_nothing_of_its_desk(city):
    client = browser()
    assert sign_in(client, "clerk").status_code == 302
    assert client.get("/desk/").headers["Location"] == reverse("mfa_activate_totp")
    assert client.get("/security/").status_code == 200
    set_up_app(client)
    assert client.get("/desk/").status_code == 200


def test_password_and_code_open_the_desk(city):
    first = browser()
    sign_in(first, "clerk")
    secret = set_up_app(first)
    client = browser()
    answer = sign_in(client, "clerk")
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert client.get("/desk/").status_code == 302
    wrong = client.post("/sign-in/code/", {"code": "000000"})
    assert "<form" in text_of(wrong)
    done = client.post("/sign-in/code/", {"code": code_for(secret)})
    assert done.headers["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200


def test_a_recovery_code_stands_in_for_the_app_once(city):
    first = browser()
    sign_in(first, "clerk")
    set_up_app(first)
    page = first.get("/security/codes/")
    code = page.context["unused_codes"][0]
    for allowed in (True, False):
        client = browser()
        sign_in(client, "clerk")
        client.post("/sign-in/code/", {"code": code})
        assert (client.get("/desk/").status_code == 200) is allowed


def test_a_session_that_is_older_than_the_app_must_show_a_code(city):
    first, second = browser(), browser()
    sign_in(first, "clerk")
    sign_in(second, "clerk")
    secret = set_up_app(first)
    asked = second.get("/desk/")
    assert asked.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    second.post(asked.headers["Location"], {"code": code_for(secret)})
    assert second.get("/desk/").status_code == 200


def test_many_wrong_passwords_are_stopped(city):
    client = browser()
    for _ in range(6):
        answer = sign_in(client, "clerk", "wrong")
    assert "Too many failed login attempts" in text_of(answer)
    refused = sign_in(client, "clerk")
    assert refused.status_code != 302, "the right password must not pass while the account is guessed at"


def test_nobody_opens_an_account_for_oneself(city):
    answer = browser().post("/sign-up/", {"username": "mallory", "password1": PASSWORD})
    assert "Nobody opens an account for oneself" in text_of(answer)
    assert not User.objects.filter(username="mallory").exists()


def challenge_answer(actor):
    document = browser().post("/api/sign-in/challenge").json()
    return {
        "document": canonical.to_bytes(document).decode(),
        "signature": canonical.b64(actor.sign(document)),
    }


def test_a_certificate_signs_in_with_a_token_a_session_and_a_ticket(city):
    client = browser()
    body = challenge_answer(city["bidder1"]) | {"session": True}
    answer = client.post("/api/sign-in", body, content_type="application/json")
    assert answer.json()["kind"] == "bidder"
    assert client.get("/desk/").status_code == 200
    again = browser().post("/api/sign-in", body, content_type="application/json")
    assert again.status_code == 403, "a challenge is good once"
    token = answer.json()["token"]
    url = browser().post("/api/sign-in/ticket", headers={"Authorization": f"Bearer {token}"}).json()["url"]
    address, _, ticket = url.partition("#")
    assert address.endswith("/sign-in/ticket/")
    assert ticket not in address
    other = browser()
    assert other.post("/sign-in/ticket/", {"token": ticket}).status_code == 303
    assert other.get("/desk/").status_code == 200
    used = browser().post("/sign-in/ticket/", {"token": ticket})
    assert used.status_code == 422
    assert "was used" in text_of(used)


def test_signing_out_ends_the_session_and_closes_its_sockets(city, monkeypatch):
    closed = []
    monkeypatch.setattr(hub, "revoke", closed.append)
    client = browser("clerk")
    key = client.session.session_key
    client.post("/sign-out/")
    assert closed == [key]
    assert client.get("/desk/").status_code == 302


def test_sign_out_needs_the_form_of_this_site(city):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/sign-out/")
    assert answer.status_code == 403
    assert "<main" in text_of(answer)


def test_a_seat_that_ended_opens_nothing(city):
    client = browser("clerk")
    assert client.get("/desk/").status_code == 200
    seat = Seat.objects.get(user__username="clerk")
    actions.end_seat(seat.pk, by=city["operator"].holder, reason="left the office", now=clock.now())
    assert client.get("/desk/").status_code == 404
    refused = browser().post(
        "/api/sign-in", json.dumps(challenge_answer_of(city, "clerk")), content_type="application/json"
    )
    assert refused.status_code == 403


def test_who_came_by_certificate_sets_a_password_and_a_one_time_code_without_being_asked_again(city):
    client = browser()
    body = challenge_answer(city["bidder1"]) | {"session": True}
    client.post("/api/sign-in", body, content_type="application/json")
    words = {"password1": PASSWORD, "password2": PASSWORD}
    done = client.post("/security/password/first/", words, follow=True)
    assert done.redirect_chain
    again = browser()
    body = challenge_answer(city["bidder1"]) | {"session": True}
    again.post("/api/sign-in", body, content_type="application/json")
    page = again.get("/security/app/")
    assert page.status_code == 200, "a fresh certificate proves who it is"
    code = totp.format_hotp_value(totp.hotp_value(page.context["form"].secret, int(time.time()) // 30))
    assert again.post("/security/app/", {"code": code}).status_code == 302
    assert User.objects.get(username="bidder1").authenticator_set.filter(type="totp").exists()


def challenge_answer_of(city, username):
    """Sign with a certificate that was revoked meanwhile."""
    from cryptography import x509

    from accounts.domain import cms
    from accounts.models import Certificate

    row = Certificate.objects.get(seat__user__username=username)
    document = browser().post("/api/sign-in/challenge").json()
    certificate = x509.load_der_x509_certificate(bytes(row.der))
    signature = cms.sign_json(document, cast.key_of(username), certificate)
    return {"document": canonical.to_bytes(document).decode(), "signature": canonical.b64(signature)}
