"""Suspicion by a model that `fit` has stored; a module of its own, so that scoring without one starts at once."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitoring.cli.bids import Bids, UnusableError
from monitoring.cli.markets import market, members
from monitoring.domain.suspicion import learning, storage


def suspicion(bids: Bids, path: Path) -> NDArray[np.float64]:
    """Return the suspicion of each tender, 0 where there is no valid bid; raises UnusableError."""
    try:
        local, _ = storage.unpack(path.read_bytes())
    except OSError as error:
        raise UnusableError(f"cannot read {path}: {error}") from error
    except storage.StorageError as error:
        raise UnusableError(f"{path} cannot be used: {error}") from error
    plain, n = learning.describe(market(bids))
    value: NDArray[np.float64] = np.zeros(len(n))
    if (n > 0).any():
        sets = members(bids)
        value[n > 0] = local.suspicion(plain[n > 0], [sets[at] for at in np.flatnonzero(n > 0).tolist()])
    return value
