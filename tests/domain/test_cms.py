"""Detached CMS signatures: what we sign holds for openssl, and whatever departs from the form is refused."""

import shutil
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import ObjectIdentifier

from accounts.domain import certificates, cms
from accounts.domain.cms import Fault, SignatureError
from kernel.domain import canonical
from tests.domain import sealing_world as world

AT = datetime(2026, 3, 20, 9, tzinfo=UTC)
VALUE = {"domain": "yangguang/bid-statement/v1", "lot": world.LOT, "名": "值"}
OPTION = pkcs7.PKCS7Options
PLAIN = [OPTION.DetachedSignature, OPTION.NoAttributes, OPTION.Binary]


@pytest.fixture(scope="module")
def root():
    return world.authority()


@pytest.fixture(scope="module")
def bidder():
    return world.party(world.BIDDER)


@pytest.fixture(scope="module")
def rsa_bidder(root):
    key = rsa.generate_private_key(65537, 2048)
    return world.Party(world.BIDDER, key, make(root, key))


def make(root, key, *, subject=None, extensions=(), usage=True, ca=False, life=None, issuer=None):
    """Return a certificate built by hand, so that its flaws are our own."""
    begin, end = life or (world.FROM, world.UNTIL)
    name = (subject or world.BIDDER).as_name()
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name((issuer or root.certificate).subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if usage is not None:
        flags = dict.fromkeys(
            [
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "crl_sign",
                "encipher_only",
                "decipher_only",
            ],
            False,
        )
        builder = builder.add_extension(
            x509.KeyUsage(digital_signature=usage, key_cert_sign=ca, **flags), critical=True
        )
    for one, critical in extensions:
        builder = builder.add_extension(one, critical=critical)
    return builder.sign(root.key, hashes.SHA256())


def signed(party, content, options=PLAIN, digest=None, more=()):
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(party.certificate, party.key, digest or hashes.SHA256())
    for one in more:
        builder = builder.add_certificate(one)
    return builder.sign(Encoding.DER, options)


def fault(der, *, content=None, roots=None, at=AT):
    content = canonical.to_bytes(VALUE) if content is None else content
    with pytest.raises(SignatureError) as caught:
        cms.verify(content, der, [world.authority().certificate] if roots is None else roots, at)
    return caught.value.fault


@pytest.mark.parametrize("who", ["bidder", "rsa_bidder"])
def test_what_is_signed_holds_and_names_its_signer(who, root, request):
    party = request.getfixturevalue(who)
    der = cms.sign_json(VALUE, party.key, party.certificate)
    found = cms.verify_json(
        canonical.to_bytes(VALUE), der, [root.certificate], AT, domain="yangguang/bid-statement/v1"
    )
    assert found.value == VALUE
    assert found.signer == certificates.facts(party.certificate)
    assert cms.signer_facts(der) == found.signer


@pytest.mark.parametrize("who", ["bidder", "rsa_bidder"])
def test_openssl_agrees(who, root, request, tmp_path):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the openssl program is not installed")
    party, content = request.getfixturevalue(who), canonical.to_bytes(VALUE)
    (tmp_path / "roots.pem").write_bytes(certificates.to_bundle([root.certificate]))
    (tmp_path / "x.p7s").write_bytes(cms.sign_json(VALUE, party.key, party.certificate))

    def judged(data):
        (tmp_path / "x.json").write_bytes(data)
        words = "cms -verify -binary -no_check_time -inform DER -in x.p7s -content x.json -CAfile roots.pem"
        command = [openssl, *words.split(), "-purpose", "any"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0

    assert judged(content)
    assert not judged(content + b" ")
    other = ec.generate_private_key(ec.SECP256R1())
    stranger = certificates.create_root(other, name="Another authority", serial=3)
    (tmp_path / "roots.pem").write_bytes(certificates.to_bundle([stranger]))
    assert not judged(content)


def test_a_signature_of_openssl_holds_here(bidder, root, tmp_path):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the openssl program is not installed")
    pem, raw = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "key.pem").write_bytes(bidder.key.private_bytes(Encoding.PEM, pem, raw))
    (tmp_path / "cert.pem").write_bytes(bidder.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "x.json").write_bytes(canonical.to_bytes(VALUE))
    words = "cms -sign -binary -noattr -md sha256 -signer cert.pem -inkey key.pem -in x.json -outform DER -out x.p7s"
    subprocess.run([openssl, *words.split()], cwd=tmp_path, check=True, capture_output=True)
    found = cms.verify(canonical.to_bytes(VALUE), (tmp_path / "x.p7s").read_bytes(), [root.certificate], AT)
    assert found.credit_code == world.BIDDER.credit_code


def test_other_content_another_root_and_no_root_are_told_apart(bidder):
    der = cms.sign_json(VALUE, bidder.key, bidder.certificate)
    key = ec.generate_private_key(ec.SECP256R1())
    stranger = certificates.create_root(key, name="Test authority", serial=1)
    assert fault(der, content=b"{}") is Fault.SIGNATURE
    assert fault(der, roots=[stranger]) is Fault.CHAIN
    assert fault(der, roots=[]) is Fault.CHAIN


def test_the_signature_is_judged_at_its_instant(bidder, root):
    der, content = cms.sign_json(VALUE, bidder.key, bidder.certificate), canonical.to_bytes(VALUE)
    for at in (world.FROM, world.UNTIL):
        cms.verify(content, der, [root.certificate], at)
    for at in (world.FROM - timedelta(seconds=1), world.UNTIL + timedelta(seconds=1)):
        assert fault(der, at=at) is Fault.EXPIRED


@pytest.mark.parametrize(
    ("options", "digest", "expected"),
    [
        ([OPTION.NoAttributes, OPTION.Binary], None, Fault.NOT_DETACHED),
        ([OPTION.DetachedSignature, OPTION.Binary], None, Fault.ATTRIBUTES),
        ([OPTION.DetachedSignature, OPTION.Binary, OPTION.NoCapabilities], None, Fault.ATTRIBUTES),
        (PLAIN, hashes.SHA384(), Fault.ALGORITHM),
        ([*PLAIN, OPTION.NoCerts], None, Fault.FORM),
    ],
)
def test_departures_from_the_form_are_refused(bidder, options, digest, expected):
    assert fault(signed(bidder, canonical.to_bytes(VALUE), options, digest)) is expected


def test_two_signers_or_a_doubled_certificate_are_refused(bidder):
    content = canonical.to_bytes(VALUE)
    rival = world.party(world.RIVAL)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    for one in (bidder, rival):
        builder = builder.add_signer(one.certificate, one.key, hashes.SHA256())
    assert fault(builder.sign(Encoding.DER, PLAIN)) is Fault.SIGNERS
    assert fault(signed(bidder, content, more=[bidder.certificate])) is Fault.SIGNERS


def test_no_signer_is_refused(bidder):
    info = asn1.ContentInfo.load(cms.sign_json(VALUE, bidder.key, bidder.certificate))
    info["content"]["signer_infos"] = asn1.SignerInfos([])
    assert fault(info.dump(force=True)) is Fault.SIGNERS


def test_the_named_certificate_must_be_there(bidder):
    info = asn1.ContentInfo.load(cms.sign_json(VALUE, bidder.key, bidder.certificate))
    rival = asn1.CertificateChoices.load(world.party(world.RIVAL).certificate.public_bytes(Encoding.DER))
    info["content"]["certificates"] = asn1.CertificateSet([rival])
    assert fault(info.dump(force=True)) is Fault.SIGNERS


def test_lengths_must_be_in_their_shortest_form(bidder):
    der = cms.sign_json(VALUE, bidder.key, bidder.certificate)
    assert der[:2] == b"\x30\x82"
    longer = b"\x30\x83\x00" + der[2:]
    assert fault(longer) is Fault.FORM
    assert fault(der + b"\x00") is Fault.FORM
    assert fault(b"\x30\x80" + der[4:] + b"\x00\x00") is Fault.FORM
    assert fault(b"0" * 1000) is Fault.FORM
    assert fault(b"\x30\x82" * 30_000) is Fault.FORM
    assert fault(b"") is Fault.FORM


def test_intermediate_certificates_travel_with_the_signature(root):
    key = ec.generate_private_key(ec.SECP256R1())
    top = certificates.create_root(key, name="Long root", serial=5, path_length=1)
    middle_key = ec.generate_private_key(ec.SECP256R1())
    middle = certificates.issue_authority(
        middle_key.public_key(),
        issuer=top,
        issuer_key=key,
        name="Middle authority",
        serial=6,
        not_before=world.FROM,
        not_after=world.UNTIL,
    )
    leaf_key = ec.generate_private_key(ec.SECP256R1())
    life = {"serial": 7, "not_before": world.FROM, "not_after": world.UNTIL}
    leaf = certificates.issue(
        leaf_key.public_key(), world.BIDDER, issuer=middle, issuer_key=middle_key, **life
    )
    content = canonical.to_bytes(VALUE)
    der = cms.sign_json(VALUE, leaf_key, leaf, chain=[middle])
    assert cms.verify(content, der, [root.certificate, top], AT).credit_code == world.BIDDER.credit_code
    bare = cms.sign_json(VALUE, leaf_key, leaf)
    assert fault(bare, roots=[top]) is Fault.CHAIN
    shallow = certificates.create_root(key, name="Long root", serial=8, path_length=0)
    assert fault(der, roots=[shallow]) is Fault.CHAIN


def test_an_intermediate_is_judged_at_the_same_instant():
    key, middle_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    top = certificates.create_root(key, name="Long root", serial=5, path_length=1)
    content, end = canonical.to_bytes(VALUE), AT + timedelta(days=1)
    middle = certificates.issue_authority(
        middle_key.public_key(),
        issuer=top,
        issuer_key=key,
        name="Middle authority",
        serial=6,
        not_before=world.FROM,
        not_after=end,
    )
    leaf = make(world.Party(world.BUYER, middle_key, middle), leaf_key)
    party = world.Party(world.BIDDER, leaf_key, leaf)
    der = signed(party, content, more=[middle])
    cms.verify(content, der, [top], AT)
    cms.verify(content, der, [top], end)
    assert fault(der, roots=[top], at=end + timedelta(seconds=1)) is Fault.CHAIN
    assert fault(signed(party, content, more=[middle, middle]), roots=[top]) is Fault.SIGNERS


def test_a_root_outside_its_life_anchors_nothing(bidder):
    root = world.authority()
    old = certificates.create_root(
        root.key, name="Test authority", serial=1, not_after=AT - timedelta(days=1)
    )
    assert fault(cms.sign_json(VALUE, bidder.key, bidder.certificate), roots=[old]) is Fault.CHAIN


@pytest.mark.parametrize(
    ("flaw", "expected"),
    [
        ({"usage": False}, Fault.CHAIN),
        ({"usage": None}, Fault.CHAIN),
        ({"ca": True}, Fault.CHAIN),
        (
            {"extensions": [(x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)]},
            Fault.CHAIN,
        ),
    ],
)
def test_a_certificate_unfit_for_signing_is_refused(root, flaw, expected):
    key = ec.generate_private_key(ec.SECP256R1())
    flawed = world.Party(world.BIDDER, key, make(root, key, **flaw))
    assert fault(signed(flawed, canonical.to_bytes(VALUE))) is expected


def test_an_unknown_extension_that_is_not_critical_is_passed_over(root):
    key = ec.generate_private_key(ec.SECP256R1())
    unknown = (x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00"), False)
    party = world.Party(world.BIDDER, key, make(root, key, extensions=[unknown]))
    der, content = signed(party, canonical.to_bytes(VALUE)), canonical.to_bytes(VALUE)
    assert cms.verify(content, der, [root.certificate], AT).credit_code == world.BIDDER.credit_code


def test_an_end_certificate_issues_nothing(bidder, root):
    key = ec.generate_private_key(ec.SECP256R1())
    forged = make(bidder, key, subject=world.RIVAL, issuer=bidder.certificate)
    der = signed(world.Party(world.RIVAL, key, forged), canonical.to_bytes(VALUE), more=[bidder.certificate])
    assert fault(der, roots=[root.certificate]) is Fault.CHAIN


def test_weak_and_strange_keys_are_refused(root):
    content = canonical.to_bytes(VALUE)
    for key in (rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP384R1())):
        party = world.Party(world.BIDDER, key, make(root, key))
        assert fault(signed(party, content)) is Fault.ALGORITHM
        with pytest.raises(SignatureError):
            cms.sign(content, party.key, party.certificate)


def test_a_certificate_without_a_credit_code_signs_for_nobody(root):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nobody")])

    class Nameless:
        def as_name(self):
            return name

    party = world.Party(world.BIDDER, key, make(root, key, subject=Nameless()))
    assert fault(signed(party, canonical.to_bytes(VALUE))) is Fault.CERTIFICATE


def test_a_key_signs_only_acts_of_a_known_domain(bidder):
    for value in ({"domain": "yangguang/part/v1"}, {"domain": None}, {}, {"domain": "sign-in"}):
        with pytest.raises(SignatureError) as caught:
            cms.sign_json(value, bidder.key, bidder.certificate)
        assert caught.value.fault is Fault.DOMAIN
    with pytest.raises(SignatureError) as caught:
        cms.sign(b"x", ec.generate_private_key(ec.SECP256R1()), bidder.certificate)
    assert caught.value.fault is Fault.CERTIFICATE


def test_a_signature_of_one_act_is_none_of_another(bidder, root):
    content = canonical.to_bytes(VALUE)
    der = cms.sign(content, bidder.key, bidder.certificate)
    with pytest.raises(SignatureError) as caught:
        cms.verify_json(content, der, [root.certificate], AT, domain="yangguang/sign-in/v1")
    assert caught.value.fault is Fault.DOMAIN


def test_json_that_is_not_canonical_is_refused_even_when_signed(bidder, root):
    content = b'{"domain": "yangguang/bid-statement/v1"}'
    der = cms.sign(content, bidder.key, bidder.certificate)
    with pytest.raises(SignatureError) as caught:
        cms.verify_json(content, der, [root.certificate], AT, domain="yangguang/bid-statement/v1")
    assert caught.value.fault is Fault.CONTENT


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_no_single_bit_of_a_signature_can_change(bidder, root):
    content = canonical.to_bytes(VALUE)
    der = cms.sign_json(VALUE, bidder.key, bidder.certificate)
    held = []
    for index in range(len(der)):
        changed = bytearray(der)
        changed[index] ^= 1 << index % 8
        try:
            cms.verify(content, bytes(changed), [root.certificate], AT)
        except SignatureError:
            continue
        held.append(index)
    assert held == []


def test_signing_and_verifying_take_about_a_millisecond(bidder, root):
    content = canonical.to_bytes(VALUE)
    start = time.process_time()
    for _ in range(50):
        cms.verify(content, cms.sign(content, bidder.key, bidder.certificate), [root.certificate], AT)
    assert (time.process_time() - start) / 50 < 0.01
