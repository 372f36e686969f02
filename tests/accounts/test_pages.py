"""What the operator keeps, messages, and signatures made in the browser."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from accounts import actions, authority
from accounts.domain import certificates
from accounts.models import Certificate, Message, Seat, SignatureRequest, TrustAnchor
from demo import cast as story
from kernel import clock
from kernel.domain import canonical
from kernel.models import JournalEntry
from tests import cast, factories
from tests.seats import browser, text_of


@pytest.fixture
def city(store, moved):
    return {a.username: a for a in cast.found_city("operator", "reviewer", "bidder1")}


def upload(name, text, encoding="utf-8-sig"):
    return {"file": SimpleUploadedFile(name, text.encode(encoding))}


def test_organisations_come_in_row_by_row_and_bad_rows_are_named(city):
    new = story.credit_code("91", 999)
    text = f"credit_code,name,region,size\n{new},新单位有限公司,510800,small\n123,坏代码,510800,small\n{new},,510800,small\n"
    page = text_of(browser("operator").post("/desk/organisations/import/", upload("o.csv", text)))
    assert "1 row came in" in page
    assert "no credit code" in page
    assert "name must not be empty" in page
    found = text_of(browser("operator").get("/desk/organisations/?text=新单位"))
    assert new in found


def test_codes_of_new_people_are_shown_once(city):
    person = story.person("clerk")
    code = story.institution("bureau").credit_code
    text = (
        "username,seat,credit_code,name,resident_number\n"
        f"clerk,procuring_clerk,{code},{person.name},{person.resident_number}\n"
        f"x,king,{code},王,{person.resident_number}\n"
        f"reviewer,operator,{code},倪审核,{story.person('reviewer').resident_number}\n"
    )
    client = browser("operator")
    answer = client.post("/desk/people/import/", upload("p.csv", text))
    [(name, enrolment)] = answer.context["report"].codes.items()
    assert name == "clerk"
    assert enrolment in text_of(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    assert {line for line, _why in answer.context["report"].errors} == {3, 4}
    again = client.post("/desk/people/import/", upload("p.csv", text))
    assert again.context["report"].codes == {}
    assert enrolment not in text_of(again)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = certificates.Subject(credit_code=code, organisation="x")
    request = certificates.build_request(key, subject).decode()
    done = browser().post(
        "/api/enrol",
        {"code": enrolment, "request_pem": request, "password": "a long enough phrase"},
        content_type="application/json",
    )
    assert done.json()["kind"] == "procuring_clerk"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (upload("x.csv", "名称\n甲", "gb18030"), "not in UTF-8"),
        (upload("x.csv", "a,b\n1,2"), "must name the columns"),
        ({}, "required"),
    ],
)
def test_files_that_cannot_be_used_are_told_so(city, data, words):
    answer = browser("operator").post("/desk/people/import/", data)
    assert answer.status_code == 422
    assert words in text_of(answer)


def test_a_lost_key_is_replaced_with_a_reason_and_a_seat_is_ended(city):
    seat = city["bidder1"].holder.id
    client = browser("operator")
    url = f"/desk/seats/{seat}/"
    assert client.post(url, {"reason": "", "renew": "1"}).status_code == 422
    answer = client.post(url, {"reason": "key file lost on 1 March", "renew": "1"})
    assert answer.context["code"] in text_of(answer)
    assert not Certificate.objects.filter(seat_id=seat, revoked_at__isnull=True).exists()
    assert answer.context["code"] not in text_of(client.get(url))
    assert JournalEntry.objects.filter(tag="accounts:seat:recovered").exists()
    assert client.post(url, {"reason": "left", "end": "1"}).status_code == 303
    assert Seat.objects.get(pk=seat).ended_at is not None


def test_seats_are_found_and_exported(city):
    client = browser("operator")
    assert [line.username for line in client.get("/desk/seats/?kind=bidder").context["page"]] == ["bidder1"]
    assert "bidder1" in text_of(client.get("/desk/seats/?text=青石"))
    assert client.get("/desk/seats/?format=csv").content.decode().count("\r\n") == 4


def test_a_root_is_added_and_rubbish_is_not(city):
    key = ec.generate_private_key(ec.SECP256R1())
    root = certificates.to_bundle([certificates.create_root(key, name="Licensed Root", serial=5)])
    client = browser("operator")
    wrong = client.post("/desk/trust/", {"name": "x", "file": SimpleUploadedFile("r.pem", b"nothing")})
    assert wrong.status_code == 422
    done = client.post("/desk/trust/", {"name": "持牌机构", "file": SimpleUploadedFile("r.pem", root)})
    assert done.status_code == 303
    assert TrustAnchor.objects.get(name="持牌机构").test_only is False
    assert authority.ROOT_NAME in text_of(client.get("/desk/trust/"))


def test_messages_say_what_happened_and_are_read_by_their_owner_alone(city):
    reviewer = city["reviewer"].holder
    with transaction.atomic():
        actions.notify(
            reviewer.id,
            "lot_submitted",
            key="a",
            now=clock.now(),
            facts={"lot": "E1-001", "title": "滨河路"},
            link="/desk/lots/",
            rule="A-07",
            due_at=clock.now() + factories.DAY,
        )
    page = text_of(browser("reviewer").get("/desk/messages/"))
    assert "Lot E1-001, 滨河路, waits for your approval." in page
    assert 'href="/rules/A-07/"' in page
    message = Message.objects.get()
    assert browser("operator").post(f"/desk/messages/{message.pk}/").status_code == 404
    assert browser("reviewer").get(f"/desk/messages/{message.pk}/").status_code == 405
    opened = browser("reviewer").post(f"/desk/messages/{message.pk}/")
    assert opened.headers["Location"] == "/desk/lots/"
    message.refresh_from_db()
    assert message.read_at is not None
    with transaction.atomic():
        actions.notify(reviewer.id, "lot_submitted", key="b", now=clock.now())
    browser("reviewer").post("/desk/messages/read/")
    assert not Message.objects.filter(read_at__isnull=True).exists()


def request_of(holder):
    return actions.request_signature(
        holder.id,
        {"domain": "yangguang/award/v1", "winner": {"name": "青石建设工程有限公司", "price": "9800000.00"}},
        purpose="sample",
        reference="r",
        title="滨河路一标段",
        now=clock.now(),
    )


def raw(document, username):
    r, s = utils.decode_dss_signature(cast.key_of(username).sign(document, ec.ECDSA(hashes.SHA256())))
    return canonical.b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def pem(actor):
    return certificates.to_bundle([actor.certificate]).decode()


def test_a_document_is_shown_and_signed_in_the_browser(city):
    reviewer = city["reviewer"]
    row = request_of(reviewer.holder)
    url = f"/desk/signatures/{row.pk}/"
    page = browser("reviewer").get(url)
    assert "青石建设工程有限公司" in text_of(page)
    assert canonical.unb64(page.context["document"]) == bytes(row.document)
    assert browser("operator").get(url).status_code == 404
    data = {"certificate": pem(reviewer), "raw": raw(bytes(row.document), "reviewer")}
    assert browser("reviewer").post(url, data).status_code == 303
    row = SignatureRequest.objects.get()
    assert row.signed_at is not None
    facts = actions.check_signature(
        reviewer.holder, bytes(row.document), bytes(row.signature), now=clock.now()
    )
    assert facts["domain"] == "yangguang/award/v1"
    assert "signed" in text_of(browser("reviewer").get(url))


def test_signatures_of_others_and_broken_ones_are_refused_with_their_rule(city):
    reviewer, operator = city["reviewer"], city["operator"]
    row = request_of(reviewer.holder)
    url = f"/desk/signatures/{row.pk}/"
    document = bytes(row.document)
    cases = (
        ({"certificate": pem(operator), "raw": raw(document, "operator")}, "S-09"),
        ({"certificate": pem(reviewer), "raw": raw(document, "operator")}, "S-09"),
        ({"certificate": pem(reviewer), "raw": raw(document + b" ", "reviewer")}, "S-09"),
        ({"certificate": "rubbish", "raw": raw(document, "reviewer")}, "PEM"),
        ({"certificate": pem(reviewer), "raw": "!"}, "base64"),
        ({}, "Choose the certificate"),
    )
    for data, words in cases:
        answer = browser("reviewer").post(url, data)
        assert (answer.status_code, words in text_of(answer)) == (422, True), (words, text_of(answer)[-3000:])
    assert SignatureRequest.objects.get().signed_at is None
