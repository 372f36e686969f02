"""A CMS put together around a signature that was made elsewhere."""

import subprocess
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from hypothesis import given, settings, strategies as st

from accounts.domain import assembly, certificates, cms

AT = datetime(2026, 3, 2, tzinfo=UTC)
ROOT_KEY = ec.generate_private_key(ec.SECP256R1())
KEY = ec.generate_private_key(ec.SECP256R1())
ROOT = certificates.create_root(ROOT_KEY, name="Test Root", serial=1)
SUBJECT = certificates.Subject(credit_code="91510800000000101X", organisation="青石建设工程有限公司")


def issue(key):
    return certificates.issue(
        key.public_key(),
        SUBJECT,
        issuer=ROOT,
        issuer_key=ROOT_KEY,
        serial=7,
        not_before=datetime(2020, 1, 2, tzinfo=UTC),
        not_after=datetime(2050, 1, 1, tzinfo=UTC),
    )


CERTIFICATE = issue(KEY)


def raw(content, key=KEY):
    """Sign as WebCrypto does: r || s."""
    r, s = utils.decode_dss_signature(key.sign(content, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200))
def test_what_is_put_together_verifies(content):
    der = assembly.assemble(CERTIFICATE, raw(content))
    assert cms.verify(content, der, [ROOT], AT).organisation == SUBJECT.organisation


def test_it_has_the_form_that_our_own_signatures_have():
    content = b'{"domain":"yangguang/award/v1"}'
    own = cms.sign(content, KEY, CERTIFICATE)
    put_together = assembly.assemble(CERTIFICATE, raw(content))
    assert abs(len(own) - len(put_together)) <= 3, "only the length of r and s may differ"
    assert own[4:15] == put_together[4:15]


def test_a_signature_over_other_bytes_or_by_another_key_does_not_hold():
    other = ec.generate_private_key(ec.SECP256R1())
    for der in (
        assembly.assemble(CERTIFICATE, raw(b"other bytes")),
        assembly.assemble(CERTIFICATE, raw(b"content", other)),
    ):
        with pytest.raises(cms.SignatureError) as refused:
            cms.verify(b"content", der, [ROOT], AT)
        assert refused.value.fault is cms.Fault.SIGNATURE


def test_other_lengths_and_other_keys_are_refused():
    for wrong in (b"", b"x" * 63, b"x" * 65):
        with pytest.raises(cms.SignatureError, match="64 bytes"):
            assembly.assemble(CERTIFICATE, wrong)
    with pytest.raises(cms.SignatureError, match="P-256"):
        assembly.assemble(issue(rsa.generate_private_key(65537, 2048)), b"x" * 64)


def test_openssl_agrees(tmp_path):
    content = b'{"domain":"yangguang/contract/v1"}'
    files = {
        "content": content,
        "signature.p7s": assembly.assemble(CERTIFICATE, raw(content)),
        "roots.pem": certificates.to_bundle([ROOT]),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    command = "openssl cms -verify -binary -no_check_time -inform DER -in signature.p7s -content content"
    try:
        done = subprocess.run(
            [*command.split(), "-CAfile", "roots.pem", "-purpose", "any"],
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        pytest.skip("openssl is not installed on this machine")
    assert done.returncode == 0, done.stderr
    (tmp_path / "content").write_bytes(content + b" ")
    changed = subprocess.run(
        [*command.split(), "-CAfile", "roots.pem", "-purpose", "any"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert changed.returncode != 0
