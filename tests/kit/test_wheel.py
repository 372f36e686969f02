"""The wheel: the same bytes every time, nothing in it that the kit does not use, and it works where nothing else is."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from accounts.domain import certificates
from bidding.domain import notice as terms
from deploy import wheel
from kernel.domain import canonical
from tests.conftest import ROOT
from tests.domain import sealing_world as world
from tests.kit.conftest import PASSPHRASE, make_home


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The wheel's path and facts."""
    out = tmp_path_factory.mktemp("wheel")
    facts = wheel.build(out)
    return out / facts["file"], facts


def test_the_wheel_is_the_same_every_time_and_its_facts_are_true(built, tmp_path):
    path, facts = built
    (tmp_path / "older.whl").write_bytes(b"old")
    again = wheel.build(tmp_path)
    assert again == facts
    assert [p.name for p in tmp_path.glob("*.whl")] == [facts["file"]]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == facts["sha256"]
    assert json.loads((tmp_path / "kit.json").read_text()) == facts


def test_the_wheel_does_not_depend_on_where_the_checkout_lies(built, tmp_path):
    copy = tmp_path / "elsewhere"
    for name in ("accounts", "bidding", "deposits", "kernel", "requirements"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "migrations"))
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    for path in copy.rglob("*"):
        os.utime(path, (1, 1))
    (copy / "bidding" / "kit" / "__init__.py").chmod(0o600)
    assert hashlib.sha256(wheel.wheel(copy)[1]).hexdigest() == built[1]["sha256"]


def test_nothing_of_the_platform_comes_along(built):
    with zipfile.ZipFile(built[0]) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    rooms = {name.rsplit("/", 1)[0] for name in names if ".dist-info/" not in name}
    assert rooms == {
        *("accounts", "accounts/domain", "bidding", "bidding/domain", "bidding/kit", "bidding/sealing"),
        *("deposits", "deposits/domain", "kernel", "kernel/domain"),
    }
    for app in ("accounts", "bidding", "deposits"):
        assert [n for n in names if n.startswith(f"{app}/") and n.count("/") == 1] == [f"{app}/__init__.py"]
    assert {"kernel/__init__.py", "kernel/timemachine.py"} == {
        n for n in names if n.startswith("kernel/") and n.count("/") == 1
    }


def copied(tmp_path):
    root = tmp_path / "root"
    for name in ("accounts", "bidding", "deposits", "kernel", "requirements"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def test_a_kit_that_needs_more_than_its_requirements_is_not_packed(tmp_path):
    root = copied(tmp_path)
    with (root / "bidding" / "kit" / "words.py").open("a") as file:
        file.write("import pandas\n")
    with pytest.raises(wheel.WheelError, match=r"words\.py imports pandas"):
        wheel.wheel(root)


def test_a_kit_of_another_version_is_not_packed(tmp_path):
    root = copied(tmp_path)
    path = root / "bidding" / "kit" / "__init__.py"
    path.write_text(path.read_text().replace('VERSION = "', 'VERSION = "9.'))
    with pytest.raises(wheel.WheelError, match="another version"):
        wheel.wheel(root)


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """A fresh environment with the wheel and its requirements, nothing else; returns the folder of its programs."""
    uv = shutil.which("uv") or str(Path(sys.executable).parent / "uv")
    folder = tmp_path_factory.mktemp("venv") / "venv"
    python = folder / "bin" / "python"
    subprocess.run(
        [uv, "venv", "--quiet", "--python", sys.executable, folder], check=True, capture_output=True
    )
    requirements = ROOT / "requirements" / "kit.in"
    done = None
    for more in (["--offline"], []):
        done = subprocess.run(
            [uv, "pip", "install", "--quiet", *more, "--python", python, "-r", requirements],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            break
    if done.returncode != 0:
        pytest.skip(
            f"the kit's requirements cannot be installed here: {done.stderr.strip().splitlines()[-1]}"
        )
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--no-deps", "--python", python, built[0]],
        check=True,
        capture_output=True,
    )
    return folder / "bin"


def run(installed, folder, *arguments):
    environment = {"PATH": "/usr/bin:/bin", "YANGGUANG_PASSPHRASE": PASSPHRASE, "LANG": "C.UTF-8"}
    return subprocess.run(
        [installed / "yangguang-kit", *map(str, arguments)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_installed_kit_helps_and_seals_offline(installed, tmp_path):
    done = run(installed, tmp_path, "--help")
    assert done.returncode == 0, done.stderr
    assert "custodian-key" in done.stdout
    assert run(installed, tmp_path, "--version").stdout.startswith("yangguang-kit ")
    lot = world.make_world()
    home = make_home(tmp_path / "home", world.party(world.BIDDER), lot.trust)
    notice = tmp_path / "notice.json"
    notice.write_bytes(canonical.to_bytes(lot.notice))
    common = ("--home", home, "--json", "--lang", "en")
    fields = ("--price", "9800000.00", "--enterprise", "small", "--notice", notice)
    sealed = run(installed, tmp_path, *common, "seal", world.LOT, *fields)
    assert sealed.returncode == 0, sealed.stderr
    bid = json.loads(sealed.stdout)["bid"]
    opened = run(installed, tmp_path, *common, "open", bid)
    assert json.loads(opened.stdout)["fields"]["price_words"] == "玖佰捌拾万元整"
    statement = canonical.from_bytes((home / "bids" / bid / "statement.json").read_bytes())
    signature = (home / "bids" / bid / "statement.p7s").read_bytes()
    lot.trust.signed_by(statement, signature, world.BIDDER.credit_code, world.SEALED)


def test_the_installed_kit_refuses_a_forged_custodian_key(installed, tmp_path):
    lot = world.make_world()
    forged = world.party(world.RIVAL).sign(
        terms.custodian_key(world.LOT, "centre", lot.notice["custodians"][1]["recipient"])
    )
    lot.notice["custodians"][1]["signature"] = canonical.b64(forged)
    home = make_home(tmp_path / "home", world.party(world.BIDDER), lot.trust)
    notice = tmp_path / "notice.json"
    notice.write_bytes(canonical.to_bytes(lot.notice))
    done = run(
        installed,
        tmp_path,
        *("--home", home, "seal", world.LOT, "--notice", notice),
        *("--price", "1.00", "--enterprise", "small"),
    )
    assert done.returncode == 1
    assert "[S-04] 保管方密钥的签名不成立" in done.stderr
    assert certificates.facts(world.party(world.RIVAL).certificate).credit_code in done.stderr
