"""The upload app: bytes arrive in pieces, the last one is stamped before any work, and a crash loses nothing."""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import sync_to_async

from kernel import clock, storage
from kernel.models import ProcessLease, Upload
from kernel.upload import receive, stamps
from kernel.upload.asgi import UploadApp

DATA = bytes(range(256)) * 1000
SHA = hashlib.sha256(DATA).hexdigest()
OWNER = "seat:owner"


@pytest.fixture
def arrived(monkeypatch):
    heard = []
    monkeypatch.setitem(receive._handlers, "test", lambda pk, *, now, sha256: heard.append((pk, now, sha256)))
    return heard


@pytest.fixture
def upload(store, arrived):
    return receive.declare(
        owner=OWNER, purpose="test", reference="r", length=len(DATA), sha256=SHA, now=clock.now()
    )


async def call(method, upload_id, *, body=(), token="owner", cut=False, **headers):
    app = UploadApp(lambda given: OWNER if given == "owner" else "seat:other" if given else None)
    pairs = {
        "tus-resumable": "1.0.0",
        "authorization": f"Bearer {token}",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in body]
    if messages and not cut:
        messages[-1]["more_body"] = False
    messages.append({"type": "http.disconnect"})
    queue, sent = iter(messages), []

    async def receive_():
        return next(queue)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": f"/upload/{upload_id}"}
    scope["headers"] = [(k.encode(), v.encode()) for k, v in pairs.items() if v is not None]
    await app(scope, receive_, send)
    found = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    return sent[0]["status"], found, sent[1]["body"].decode()


async def patch(upload_id, offset, *parts, cut=False, **more):
    return await call(
        "PATCH",
        upload_id,
        body=parts,
        cut=cut,
        upload_offset=str(offset),
        content_type="application/offset+octet-stream",
        **more,
    )


async def test_a_whole_upload_is_stored_and_heard_once(upload, arrived):
    status, headers, _ = await patch(upload.pk, 0, DATA[:70000], DATA[70000:])
    assert (status, headers["upload-offset"]) == (204, str(len(DATA)))
    assert await sync_to_async(storage.get)(SHA) == DATA
    status, _, _ = await patch(upload.pk, len(DATA), b"")
    assert status == 204
    assert [heard[0] for heard in arrived] == [upload.pk]
    assert not stamps.written()
    assert (await Upload.objects.aget()).outcome == "whole"


async def test_after_a_cut_it_goes_on_where_it_stood(upload, arrived):
    status, _, _ = await patch(upload.pk, 0, DATA[:1000], cut=True)
    status, headers, _ = await call("HEAD", upload.pk)
    assert (status, headers["upload-offset"], headers["cache-control"]) == (200, "1000", "no-store")
    status, headers, _ = await patch(upload.pk, 0, DATA)
    assert (status, headers["upload-offset"]) == (409, "1000")
    status, _, _ = await patch(upload.pk, 1000, DATA[1000:])
    assert status == 204
    assert arrived[0][2] == SHA


async def test_another_process_goes_on_too(upload, arrived):
    await patch(upload.pk, 0, DATA[:123456], cut=True)
    assert (await patch(upload.pk, 123456, DATA[123456:]))[0] == 204
    assert arrived[0][2] == SHA


async def test_a_flipped_byte_is_heard_as_broken_and_not_stored(upload, arrived):
    wrong = bytearray(DATA)
    wrong[5] ^= 1
    assert (await patch(upload.pk, 0, bytes(wrong)))[0] == 204
    assert arrived[0][2] == hashlib.sha256(wrong).hexdigest()
    assert (await Upload.objects.aget()).outcome == "broken"
    assert not storage.exists(arrived[0][2])
    assert not stamps.part_path(upload.pk).exists()


async def test_more_bytes_than_declared_are_refused(upload, arrived):
    status, _, text = await patch(upload.pk, 0, DATA + b"x")
    assert (status, text) == (413, "More bytes than were declared.")
    assert not arrived
    assert (await patch(upload.pk, 0, DATA))[0] == 204


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"token": "other"}, 404),
        ({"token": ""}, 401),
        ({"authorization": None}, 401),
        ({"tus_resumable": "0.2"}, 412),
        ({"content_type": "text/plain"}, 415),
        ({"upload_offset": "-1"}, 400),
        ({"upload_offset": None}, 400),
    ],
)
async def test_other_requests_are_refused(upload, arrived, headers, status):
    given = {"upload_offset": "0", "content_type": "application/offset+octet-stream", **headers}
    assert (await call("PATCH", upload.pk, body=(DATA,), **given))[0] == status
    assert not arrived


async def test_an_unknown_upload_and_a_nonsense_name_look_alike(upload):
    answers = [await call("HEAD", name) for name in (uuid.uuid4(), "nonsense", f"{upload.pk}/x")]
    assert {a[0] for a in answers} == {404}


async def test_the_last_byte_is_stamped_before_any_work(upload, arrived, monkeypatch):
    order = []
    monkeypatch.setattr(stamps, "open_now", lambda u, real=stamps.open_now: order.append("stamp") or real(u))
    monkeypatch.setattr(stamps, "write", lambda s, real=stamps.write: order.append("written") or real(s))
    monkeypatch.setattr(
        receive, "complete", lambda s, real=receive.complete: order.append("complete") or real(s)
    )
    before = clock.now()
    await patch(upload.pk, 0, DATA[:-1], DATA[-1:])
    assert order == ["stamp", "written", "complete"]
    assert before <= arrived[0][1] <= clock.now()


async def test_a_crash_after_the_stamp_loses_nothing(upload, arrived, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(receive, "complete", lambda stamp: (_ for _ in ()).throw(OSError("power")))
        status, _, text = await patch(upload.pk, 0, DATA)
    assert (status, "Nothing is lost" in text) == (500, True)
    [stamp] = stamps.written()
    assert await sync_to_async(receive.recover)() == 1
    assert arrived == [(upload.pk, stamp.at, SHA)]


def test_recovery_finishes_what_a_dead_process_stamped(upload, arrived):
    moment = clock.now()
    stamps.part_path(upload.pk).write_bytes(DATA)
    stamps.write(stamps.Stamp(upload.pk, moment, SHA, len(DATA), "dead:1"))
    assert receive.orphans(now=moment, limit=10) == [upload.pk]
    receive.recover_one(upload.pk, now=clock.now())
    receive.recover_one(upload.pk, now=clock.now())
    assert arrived == [(upload.pk, moment, SHA)]
    assert storage.get(SHA) == DATA


def test_recovery_after_the_bytes_were_already_moved(upload, arrived):
    storage.put(DATA)
    stamps.write(stamps.Stamp(upload.pk, clock.now(), SHA, len(DATA), "dead:1"))
    assert receive.recover() == 1
    assert len(arrived) == 1


def test_the_first_stamp_of_an_upload_stays(upload):
    first = stamps.Stamp(upload.pk, clock.now(), SHA, len(DATA), "a")
    stamps.write(first)
    stamps.write(stamps.Stamp(upload.pk, clock.now() + timedelta(hours=1), SHA, len(DATA), "b"))
    assert stamps.written() == [first]


class TestSettled:
    """Bids are counted when no stamp before T can still come."""

    deadline = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

    def test_not_before_the_deadline(self, store, moved):
        assert stamps.unsettled(clock.now() + timedelta(hours=1))

    def test_at_once_when_nothing_is_open(self, store, moved):
        assert stamps.unsettled(clock.now() - timedelta(seconds=1)) == []

    def test_an_open_stamp_of_this_process_holds_the_count(self, store, moved):
        upload = uuid.uuid4()
        stamps.open_now(upload)
        deadline = moved(seconds=5)
        assert stamps.unsettled(deadline) == [stamps.PROCESS]
        stamps.close(upload)
        assert stamps.unsettled(deadline) == []

    def test_a_live_process_that_has_not_spoken_since_the_deadline_holds_it(self, store, moved):
        deadline = moved(seconds=1)
        now = deadline - timedelta(seconds=1)
        lease = ProcessLease.objects.create(process="other", renewed_at=now, alive_at=clock.time.time())
        assert stamps.unsettled(deadline) == ["other"]
        lease.alive_at -= 2 * stamps.LEASE_SECONDS
        lease.save()
        assert stamps.unsettled(deadline) == []

    def test_a_written_stamp_holds_it_until_recovered(self, store, moved):
        stamps.write(stamps.Stamp(uuid.uuid4(), clock.now(), SHA, 1, "dead:9"))
        deadline = moved(seconds=2)
        assert stamps.unsettled(deadline) == ["dead:9"]
