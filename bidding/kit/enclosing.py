"""A guarantee that a bid encloses: read, checked against lot and bidder, and named in the opening fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from accounts.domain.cms import SignatureError
from bidding.domain.notice import Notice
from bidding.domain.trust import Trust
from bidding.kit.errors import UsageError
from bidding.kit.home import read_bytes
from deposits.domain import guarantees
from deposits.domain.guarantees import GuaranteeError, Stated


@dataclass(frozen=True, slots=True)
class Enclosed:
    """The files for the documents part, and what the opening fields say of them."""

    files: Mapping[str, Path]
    fact: Mapping[str, str]


def read(path: Path, notice: Notice, bidder: str, trust: Trust, now: datetime) -> Enclosed:
    """Read a guarantee with its signature beside it; raises UsageError unless it is this bidder's for this lot."""
    signature = path.with_suffix(".p7s")
    try:
        found = guarantees.read(read_bytes(path))
        named = (found.tender, found.lot, found.principal.credit_code)
        if named != (notice.tender, notice.lot, bidder):
            raise GuaranteeError("it is of another lot or another bidder")  # noqa: TRY301 - the same sentence follows
        trust.signed_by(found.as_json(), read_bytes(signature), found.issuer.credit_code, now)
    except (GuaranteeError, SignatureError) as error:
        raise UsageError("guarantee_unusable", path=path, why=error) from error
    files = {guarantees.DOCUMENT_NAME: path, guarantees.SIGNATURE_NAME: signature}
    return Enclosed(files, Stated.of(found).as_json())
