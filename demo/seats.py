"""What a visitor needs to sign in as any seat of the story: name, password, one-time code, certificate file."""

import json
import secrets
from collections.abc import Sequence

from demo import cast
from demo.stage import Stage, StoryError
from demo.world import HOME, ROOT


def hand_out(stage: Stage, people: Sequence[cast.Person] = cast.PEOPLE) -> str:
    """Give seats a password and a second factor; returns the table and keeps it in seats.json."""
    words = {person.username: f"{secrets.token_urlsafe(9)}-Aa1" for person in people}
    stage.team.together(*(lambda n=name: _give(stage, n, words[n]) for name in words))
    rows = [
        {
            "name": person.username,
            "seat": person.seat,
            "organisation": cast.institution(person.institution).name,
            "password": words[person.username],
            "certificate": str((stage.world.seats / person.username / "certificate.pem").relative_to(ROOT)),
        }
        for person in people
    ]
    (HOME / "seats.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    lines = [f"{'name':<20}{'seat':<22}{'password':<20}certificate"]
    lines += [f"{r['name']:<20}{r['seat']:<22}{r['password']:<20}{r['certificate']}" for r in rows]
    lines += [
        "",
        f"the passphrase of every key beside its certificate is {cast.PASSPHRASE}",
        "a seat's one-time code: make code SEAT=name",
    ]
    return "\n".join(lines)


def _give(stage: Stage, name: str, password: str) -> None:
    told = stage.team[name].ask("password", password=password)
    if told["status"] != 200:
        raise StoryError(f"{name} got no password: {told.get('text', told)}")
