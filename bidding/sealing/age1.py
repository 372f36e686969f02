"""Suite `age1`: containers in the age format with X25519 keys, keys dealt by SLIP-39."""

import io
from collections.abc import Iterable, Iterator, Sequence

from bidding.domain.suite import SuiteShape
from bidding.sealing import age, shares
from bidding.sealing.age_errors import AgeError, HeaderError
from bidding.sealing.streams import Block, Reader, Sink, Source

ID = "age1"


def _recipient_problem(text: str) -> str:
    try:
        age.Recipient.parse(text).check()
    except AgeError as error:
        return str(error)
    return ""


class Age1:
    """The suite as `suites.Suite` describes it; keys are age identities, recipients their public halves."""

    shape = SuiteShape(
        id=ID,
        recipient_problem=_recipient_problem,
        container_length=age.encrypted_length,
        share_words=shares.WORDS,
    )

    def new_key(self) -> str:
        """Return the text of a fresh key."""
        return str(age.Identity.generate())

    def recipient(self, key: str) -> str:
        """Return the recipient of a key; raises AgeError for a text that is no key."""
        return str(age.Identity.parse(key).recipient)

    def seal(self, source: Source, sink: Sink, recipient: str) -> int:
        """Read content to its end and hand its container to `sink`; returns the content's length."""
        return age.encrypt(source, sink, age.Recipient.parse(recipient))

    def open(self, source: Reader, key: str, observer: Sink) -> Iterator[tuple[memoryview, Block]]:
        """Yield the content of a container; `observer` sees every byte of the container as it is read."""
        head = source.read(age.HEADER_LENGTH)
        for reader in observer(memoryview(head)):
            reader.result()
        file_key = age.unwrap(_strict_header(head), [age.Identity.parse(key)])
        return age.plaintext(source, file_key, observer)

    def seal_bytes(self, content: bytes, recipient: str) -> bytes:
        """Return the container of a small content."""
        return age.encrypt_bytes(content, age.Recipient.parse(recipient))

    def file_key(self, container: bytes, key: str) -> bytes:
        """Return what opens this one container for anyone: shown, it proves what the container holds."""
        return age.unwrap(_strict_header(container[: age.HEADER_LENGTH]), [age.Identity.parse(key)])

    def open_with_file_key(self, container: bytes, file_key: bytes) -> tuple[bytes, AgeError | None]:
        """Return what a small container holds, and the error that ended it; raises AgeError for another's key."""
        return age.decrypt_with_file_key(container, file_key)

    def check_container(self, head: bytes) -> None:
        """Raise AgeError unless a file begins as a container that this suite writes; 256 bytes are enough."""
        _strict_header(head[: age.HEADER_LENGTH])

    def split(self, key: str, *, threshold: int, count: int) -> list[str]:
        """Return one share of a key for each custodian."""
        return self.split_secret(age.Identity.parse(key).secret, threshold=threshold, count=count)

    def split_secret(self, secret: bytes, *, threshold: int, count: int) -> list[str]:
        """Return one share of 32 bytes for each custodian."""
        return shares.split(secret, threshold=threshold, count=count)

    def join_secret(self, mnemonics: Sequence[str]) -> bytes:
        """Return the 32 bytes from exactly as many shares as the threshold; raises ShareError."""
        return shares.combine(mnemonics)

    def rebuild(self, mnemonics: Sequence[str], *, threshold: int) -> Iterable[str]:
        """Yield the keys that the subsets of shares give; all are one unless the dealer dealt falsely."""
        for secret in shares.candidates(mnemonics, threshold):
            yield str(age.Identity(secret))

    def check_share(self, mnemonic: str, *, index: int, threshold: int, count: int) -> None:
        """Raise ShareError unless the words are custodian `index`'s share of such a split."""
        shares.check_words(mnemonic, index=index, threshold=threshold, count=count)


def _strict_header(head: bytes) -> age.Header:
    source = io.BytesIO(head)
    try:
        header = age.read_header(source)
    except HeaderError as error:
        raise HeaderError(f"a container begins with a header for exactly one recipient: {error}") from error
    kinds = [one.arguments[0] for one in header.stanzas]
    if len(head) != age.HEADER_LENGTH or source.read(1) or kinds != [age.STANZA_KIND]:
        raise HeaderError(f"a container has exactly one recipient, of the kind {age.STANZA_KIND}")
    return header
