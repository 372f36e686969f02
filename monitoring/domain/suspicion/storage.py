"""Keeps a learned model as a skops file: no pickle, only the types listed here, equal bytes for equal models."""

import io
import json
import re
import zipfile
from typing import Any

import numpy as np
from skops import io as skops

from monitoring.domain.suspicion.histories import History
from monitoring.domain.suspicion.learning import FEATURES, Local

FORMAT = "yangguang/suspicion/v1"
TRUSTED = [
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
]
"""Types beyond those that skops trusts of itself; a file with any other is refused."""
_EPOCH = (1980, 1, 1, 0, 0, 0)


class StorageError(ValueError):
    """A file that is no model of ours; the message is one sentence."""


def pack(local: Local, about: dict[str, Any]) -> bytes:
    """Return a model and what is told of it (provenance, figures, thresholds) as the bytes of a file."""
    known = {
        "format": FORMAT,
        "features": list(FEATURES),
        **about,
        "history": [
            [sorted(members), label]
            for members, label in zip(local.history.sets, local.history.truth.tolist(), strict=True)
        ],
    }
    text = json.dumps(known, ensure_ascii=False, sort_keys=True)
    return _settled(skops.dumps({"about": text, "trees": local.trees, "boosting": local.boosting}))


def unpack(data: bytes) -> tuple[Local, dict[str, Any]]:
    """Return the model of a file and what is told of it; raises StorageError."""
    try:
        _check_types(data)
        stored = skops.loads(data, trusted=TRUSTED)
        about = json.loads(stored["about"])
        _check_features(about)
        sets = [frozenset(members) for members, _ in about["history"]]
        truth = np.array([label for _, label in about.pop("history")], dtype=np.int64)
        return Local(stored["trees"], stored["boosting"], History(sets, truth)), about
    except StorageError:
        raise
    except Exception as error:  # skops, zipfile and json have no common error
        raise StorageError(f"it is no model that fit has written ({type(error).__name__})") from error


def _check_types(data: bytes) -> None:
    foreign = sorted(set(skops.get_untrusted_types(data=data)) - set(TRUSTED))
    if foreign:
        raise StorageError(f"it holds objects of a type that is not trusted: {', '.join(foreign)}")


def _check_features(about: dict[str, Any]) -> None:
    if about["format"] != FORMAT or about["features"] != list(FEATURES):
        raise StorageError(f"it is of another format or of other features than {FORMAT}; run fit again")


def _settled(data: bytes) -> bytes:
    """Number the objects of a skops file in their order and date its parts alike: addresses and clock drop out."""
    source = zipfile.ZipFile(io.BytesIO(data))
    schema = source.read("schema.json").decode()
    numbers: dict[str, str] = {}
    for found in re.findall(r'"__id__": (\d+)|"file": "(\d+)\.', schema):
        numbers.setdefault(next(filter(None, found)), str(len(numbers) + 1))
    schema = re.sub(r'("__id__": )(\d+)', lambda match: match[1] + numbers[match[2]], schema)
    schema = re.sub(r'("file": ")(\d+)(\.)', lambda match: match[1] + numbers[match[2]] + match[3], schema)
    parts = {"schema.json": schema.encode()}
    for name in source.namelist():
        stem, dot, end = name.partition(".")
        if stem in numbers:
            parts[numbers[stem] + dot + end] = source.read(name)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, parts[name])
    return target.getvalue()
