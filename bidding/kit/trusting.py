"""The trust folder on disk: obtained before, by another way than from the platform that it judges."""

from pathlib import Path

from bidding.domain.trust import PLATFORM_FILE, POLICY_FILE, ROOTS_FILE, Trust, TrustError
from bidding.kit.errors import UsageError


def load(folder: Path) -> Trust:
    """Read a trust folder; raises UsageError naming what is missing or broken."""
    names = (ROOTS_FILE, PLATFORM_FILE, POLICY_FILE)
    try:
        found = {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}
        return Trust.of(found)
    except (OSError, TrustError) as error:
        raise UsageError("trust_unusable", path=folder, why=error) from error
