"""Certificates that name organisations, persons and seats."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from accounts.domain import certificates
from accounts.domain.certificates import CertificateError, Subject
from tests.domain import sealing_world as world

PERSON = Subject(
    world.BIDDER.credit_code, world.BIDDER.organisation, "张三", "3f0c9a52-0d1e-4b7a-9a43-6f2f0d8f1b11"
)


def issue(subject=world.BIDDER, key=None, **more):
    root = world.authority()
    life = {"not_before": world.FROM, "not_after": world.UNTIL, **more}
    return certificates.issue(
        (key or ec.generate_private_key(ec.SECP256R1())).public_key(),
        subject,
        issuer=root.certificate,
        issuer_key=root.key,
        serial=77,
        **life,
    )


def test_an_organisation_is_named_by_its_credit_code():
    found = certificates.facts(issue())
    assert (found.credit_code, found.organisation) == (world.BIDDER.credit_code, world.BIDDER.organisation)
    assert (found.person, found.seat, found.serial) == (None, None, "4d")
    assert (found.not_before, found.not_after) == (world.FROM, world.UNTIL)


def test_a_person_is_named_with_the_seat():
    found = certificates.facts(issue(PERSON))
    assert (found.person, found.seat) == (PERSON.person, PERSON.seat)


def test_a_common_name_alone_names_no_person():
    name = x509.Name(
        [*world.BIDDER.as_name(), x509.NameAttribute(NameOID.COMMON_NAME, world.BIDDER.organisation)]
    )
    assert Subject.of(name) == world.BIDDER


@pytest.mark.parametrize(
    "pairs",
    [
        [(NameOID.ORGANIZATION_NAME, "only a name")],
        [(NameOID.ORGANIZATION_IDENTIFIER, world.BIDDER.credit_code)],
        [
            (NameOID.ORGANIZATION_IDENTIFIER, world.BIDDER.credit_code),
            (NameOID.ORGANIZATION_IDENTIFIER, world.RIVAL.credit_code),
            (NameOID.ORGANIZATION_NAME, "two at once"),
        ],
    ],
)
def test_a_subject_that_names_no_single_organisation_is_refused(pairs):
    with pytest.raises(CertificateError):
        Subject.of(x509.Name([x509.NameAttribute(oid, text) for oid, text in pairs]))


@pytest.mark.parametrize(
    "subject",
    [
        Subject(world.BIDDER.credit_code, ""),
        Subject(world.BIDDER.credit_code, "长" * 65),
        Subject(world.BIDDER.credit_code, "e\u0301cole"),
        Subject(world.BIDDER.credit_code, "name", "a person without a seat"),
    ],
)
def test_a_name_that_cannot_be_written_is_refused(subject):
    with pytest.raises(CertificateError):
        subject.as_name()


def test_issuing_is_repeatable_and_marked_for_signing():
    key = ec.generate_private_key(ec.SECP256R1())
    first, second = issue(key=key), issue(key=key)
    assert first == second
    usage = first.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.content_commitment
    assert not usage.value.key_cert_sign
    assert not first.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    first.verify_directly_issued_by(world.authority().certificate)


def test_a_root_lives_from_2020_to_2050():
    root = world.authority().certificate
    assert root.not_valid_before_utc == datetime(2020, 1, 1, tzinfo=UTC)
    assert root.not_valid_after_utc == datetime(2050, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_a_certificate_outside_its_issuers_life_is_refused():
    with pytest.raises(CertificateError, match="within its issuer's life"):
        issue(not_after=datetime(2051, 6, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP384R1()), ec.generate_private_key(ec.SECP256K1())]
)
def test_other_curves_are_refused(key):
    with pytest.raises(CertificateError):
        issue(key=key)


def test_a_weak_rsa_key_is_refused():
    with pytest.raises(CertificateError, match="too weak"):
        issue(key=rsa.generate_private_key(65537, 1024))


def test_a_request_proves_that_the_key_is_held():
    key = ec.generate_private_key(ec.SECP256R1())
    found, subject = certificates.read_request(certificates.build_request(key, PERSON))
    assert found == key.public_key()
    assert subject == PERSON


def test_a_request_for_anothers_key_is_refused():
    mine, victim = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    point = serialization.PublicFormat.UncompressedPoint
    raw = [one.public_key().public_bytes(serialization.Encoding.X962, point) for one in (mine, victim)]
    request = x509.load_pem_x509_csr(certificates.build_request(mine, world.BIDDER))
    forged = request.public_bytes(serialization.Encoding.DER).replace(raw[0], raw[1])
    pem = x509.load_der_x509_csr(forged).public_bytes(serialization.Encoding.PEM)
    with pytest.raises(CertificateError, match="not signed by the key"):
        certificates.read_request(pem)


def test_a_bundle_is_read_whole_or_not_at_all():
    root = world.authority().certificate
    bundle = certificates.to_bundle([root, issue()])
    assert len(certificates.load_bundle(bundle)) == 2
    broken = bundle.replace(b"MII", b"MIJ", 1)
    for data in (b"", b"no certificate", broken):
        with pytest.raises(CertificateError):
            certificates.load_bundle(data)


def test_a_fingerprint_is_the_hash_of_the_der():
    certificate = issue()
    digest = hashes.Hash(hashes.SHA256())
    digest.update(certificate.public_bytes(serialization.Encoding.DER))
    assert certificates.fingerprint(certificate) == digest.finalize().hex()
