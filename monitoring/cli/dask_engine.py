"""The engine `dask`; a module of its own, because Dask starts slowly and need not be installed."""

import gc
import logging
import tempfile
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import distributed

from monitoring.cli.bids import UnusableError

ROOT = Path(__file__).resolve().parents[1]
PROCESSES = 2
PATIENCE = "10s"
AHEAD = 3
"""Parts under way for each thread: enough to keep it busy, few enough to stay small in memory."""


def each(address: str, work: Callable[[Any], Any], parts: Iterable[Any]) -> Iterator[Any]:
    """Yield the results in the order of the parts, from the scheduler at `address` or from two own processes."""
    gc.enable()  # the command had switched it off, and messages between processes do form circles
    with _client(address) as client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise UnusableError(f"the Dask scheduler at {address} has no worker: start one and try again")
        waiting: deque[Any] = deque()
        try:
            for part in parts:
                waiting.append(client.submit(work, part, pure=False))
                if len(waiting) > AHEAD * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except (OSError, ImportError, RuntimeError, distributed.KilledWorker) as error:
            reason = str(error).partition("\n")[0]
            raise UnusableError(
                f"a Dask worker failed ({type(error).__name__}: {reason}); see that it has the packages of this release"
            ) from error


@contextmanager
def _client(address: str) -> Iterator[distributed.Client]:
    """Connect to a scheduler, or start two processes of this machine that talk over TLS with keys of their own."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    if not address:
        with (
            distributed.LocalCluster(
                n_workers=PROCESSES,
                threads_per_worker=1,
                security=True,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UnusableError(f"no Dask scheduler answers at {address}: {error}") from error
    with client, tempfile.TemporaryDirectory() as folder:
        client.upload_file(_packed(Path(folder)))
        yield client


def _packed(folder: Path) -> str:
    """Pack the modules that the work needs, so that workers need the packages alone and compute by our version."""
    place = folder / "monitoring.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in [ROOT / "__init__.py", *(ROOT / "cli").rglob("*.py"), *(ROOT / "domain").rglob("*.py")]:
            packed.write(path, path.relative_to(ROOT.parent))
    return str(place)
