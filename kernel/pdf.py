"""PDF/A-3 papers: typeset from a template and plain data, with their sources attached, signed by the platform."""

import io
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import segno
import typst
from asn1crypto import keys, x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # fonttools has no types
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

STANDARD: Final = "a-3b"
FONTS = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")
FIELD = "Platform"


class PdfError(RuntimeError):
    """A paper that cannot be made; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A text file that travels inside the paper: what was signed, for programs to check."""

    name: str
    text: str
    kind: str
    description: str


def font_folder() -> Path:
    """Return where the fonts lie that papers embed; raises PdfError when set-up has not built them."""
    folder = Path(settings.BASE_DIR) / "build" / "fonts"
    missing = [name for name in FONTS if not (folder / name).exists()]
    if missing:
        raise PdfError(f"the fonts {', '.join(missing)} are not in {folder.name}/: run `make setup`")
    return folder


def render(
    template: Path, data: Mapping[str, Any], *, at: datetime, attachments: Sequence[Attachment] = ()
) -> bytes:
    """Return a PDF/A-3b from a typst template, which reads `sys.inputs.data` (JSON) and `data.attachments`.

    The same template, data and instant give the same bytes. A character that the fonts lack is printed as its
    number; attachments keep it. Raises PdfError.
    """
    whole = {**drawable(data), "attachments": [asdict(one) for one in attachments]}
    try:
        found = typst.compile(
            template,
            root=template.parent,
            font_paths=[font_folder()],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(whole, ensure_ascii=False)},
            pdf_standards=STANDARD,
            timestamp=int(at.timestamp()),
        )
    except typst.TypstError as error:
        raise PdfError(f"{template.name} cannot be typeset: {error.message}") from error
    if not isinstance(found, bytes):
        raise PdfError(f"{template.name} gave no single document")
    return found


def drawable(value: Any) -> Any:
    """Return JSON data whose texts the fonts can draw: any other character becomes 〔U+1F600〕 and stops no paper."""
    if isinstance(value, str):
        known = _glyphs(font_folder())
        return "".join(one if one in known else f"〔U+{ord(one):04X}〕" for one in value)
    if isinstance(value, Mapping):
        return {drawable(name): drawable(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [drawable(item) for item in value]
    return value


@cache
def _glyphs(folder: Path) -> frozenset[str]:
    """Return what every one of the fonts can draw, and the line ends that a template turns into lines."""
    found = []
    for name in FONTS:
        with TTFont(folder / name, lazy=True) as font:
            found.append(set(map(chr, font.getBestCmap())))
    return frozenset(set.intersection(*found) | {"\n", "\r", "\t"})


def qr(text: str) -> str:
    """Return a QR code as SVG text, for a template to place."""
    target = io.BytesIO()
    segno.make(text, error="m", micro=False).save(target, kind="svg", xmldecl=False, border=2)
    return target.getvalue().decode()


def sign(
    document: bytes, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate, *, at: datetime
) -> bytes:
    """Return the paper with an invisible PAdES signature whose stated time is `at`.

    The signer has an event loop of its own, so it works in a thread of its own: the caller's may have one too.
    """
    signer = signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(
            key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        ),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]  # pyhanko's own
    )
    wanted = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    target = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="pdf") as thread:
        thread.submit(_Signer(wanted, signer, at).sign_pdf, writer, output=target).result()
    return target.getvalue()


class _Signer(signers.PdfSigner):
    """Signs at the platform's instant instead of the machine's."""

    def __init__(self, wanted: Any, signer: Any, at: datetime) -> None:
        super().__init__(wanted, signer)
        self._at = at

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> Any:
        """Begin as usual and set the instant."""
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._at
        return session
