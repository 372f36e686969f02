"""The one door to the platform: HTTP with patience, certificate sign-in, refusals as they were answered."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from bidding.domain import shapes
from bidding.domain.shapes import ShapeError
from bidding.kit import VERSION, answers
from bidding.kit.console import Console
from bidding.kit.errors import KitError, NetworkError, RefusedError, Told, UsageError
from bidding.kit.identity import Act, Identity
from bidding.kit.waiting import Patience

SIGN_IN = "yangguang/sign-in/v1"
DEFAULT_PORTS = {"http": 80, "https": 443}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
TIMEOUT = httpx.Timeout(60.0, connect=10.0)
UPLOADS = "/upload/"
_CHALLENGE = shapes.record(domain=shapes.exactly(SIGN_IN), origin=shapes.text, nonce=shapes.digest)
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout)


class Server:
    """A platform; `signer` gives the seat when a call needs one."""

    def __init__(
        self,
        url: str,
        console: Console,
        *,
        signer: Callable[[], Identity],
        patience: float,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url, self.origin = url.rstrip("/"), _origin(url)
        if self.origin[0] != "https" and self.origin[1] not in LOOPBACK:
            console.warn("server_plain", server=self.url)
        self._signer, self._seconds = signer, patience
        self._token = ""
        self._client = httpx.Client(
            base_url=self.url,
            timeout=TIMEOUT,
            transport=transport,
            headers={
                "User-Agent": f"yangguang-kit/{VERSION}",
                "Accept-Language": "zh-hans" if console.lang == "zh" else "en",
            },
        )

    def owns(self, url: str) -> bool:
        """Tell whether an address is this platform's."""
        return _origin(url) == self.origin

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def patience(self) -> Patience:
        """Return fresh patience for one thing."""
        return Patience(self._seconds, self.url)

    def get(self, path: str, *, public: bool = False, params: Mapping[str, str] | None = None) -> Any:
        """Return the JSON of a read."""
        return _judge(self._with_token("GET", path, public=public, params=dict(params or {})))

    def post(self, path: str, body: Any = None, *, public: bool = False, again: bool = True) -> Any:
        """Return the JSON of a write; `again` says that it may be sent twice without harm.

        Raises RefusedError with the platform's rule, NetworkError when the answer is lost.
        """
        return _judge(self._with_token("POST", path, public=public, again=again, json=body))

    def act(self, path: str, act: Act, **more: Any) -> dict[str, Any]:
        """Send a signed message; every such call may be repeated."""
        return answers.mapping(self.post(path, {**act.body(), **more}) or {}, "answer")

    def send(self, request: httpx.Request) -> httpx.Response:
        """Send one request of an upload under this seat's token, once; raises httpx.TransportError."""
        request.headers["Authorization"] = f"Bearer {self.token()}"
        answer = self._client.send(request)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._token = ""
        return answer

    def upload_request(self, method: str, path: str, **more: Any) -> httpx.Request:
        """Return a request of the tus protocol; raises KitError for an address outside the upload app."""
        if not path.startswith(UPLOADS) or "//" in path or ".." in path:
            raise answers.odd("uploads.url")
        headers = {"Tus-Resumable": "1.0.0", **more.pop("headers", {})}
        return self._client.build_request(method, path, headers=headers, **more)

    @contextmanager
    def download(self, path: str) -> Iterator[httpx.Response]:
        """Give the stream of a public file, asked for with patience."""
        patience = self.patience()
        while True:
            try:
                with self._client.stream("GET", path) as answer:
                    if answer.status_code != httpx.codes.OK:
                        answer.read()
                        _judge(answer)
                    yield answer
                    return
            except _NOT_SENT as error:
                patience.wait(_why(error))
            except httpx.TransportError as error:
                raise NetworkError("server_unreachable", server=self.url, why=_why(error)) from error

    def token(self) -> str:
        """Return this seat's bearer token, signing in when there is none yet."""
        if not self._token:
            self._token = answers.text(self.sign_in(), "token")
        return self._token

    def sign_in(self) -> dict[str, Any]:
        """Answer a challenge with the seat's certificate; a challenge of another address is never signed."""
        seat = self._signer()
        challenge = self.post("/api/sign-in/challenge", public=True)
        try:
            shapes.check(challenge, _CHALLENGE, "challenge")
        except ShapeError as error:
            raise answers.odd(str(error)) from error
        if not self.owns(challenge["origin"]):
            raise KitError("challenge_of_another", server=self.url, origin=challenge["origin"])
        body = {**Act.of(challenge, seat).body(), "session": False}
        return answers.mapping(self.post("/api/sign-in", body, public=True, again=False), "answer")

    def _with_token(
        self, method: str, path: str, *, public: bool, again: bool = True, **more: Any
    ) -> httpx.Response:
        if public:
            return self._exchange(method, path, {}, again=again, **more)
        answer = self._exchange(method, path, self._bearer(), again=again, **more)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._token = ""
            answer = self._exchange(method, path, self._bearer(), again=again, **more)
        return answer

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token()}"}

    def _exchange(
        self, method: str, path: str, headers: dict[str, str], *, again: bool, **more: Any
    ) -> httpx.Response:
        patience = self.patience()
        while True:
            try:
                answer = self._client.request(method, path, headers=headers, **more)
            except _NOT_SENT as error:
                patience.wait(_why(error))
                continue
            except httpx.TransportError as error:
                if not again:
                    raise NetworkError("answer_lost", server=self.url, why=_why(error)) from error
                patience.wait(_why(error))
                continue
            busy = answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS
            if not busy or not again:
                return answer
            patience.wait(f"HTTP {answer.status_code}", least=retry_after(answer))


def retry_after(answer: httpx.Response) -> float:
    """Return the seconds that an answer asks to wait, 0 when it does not say."""
    told = answer.headers.get("Retry-After", "")
    return float(told) if told.isdigit() else 0.0


def _judge(answer: httpx.Response) -> Any:
    """Return the JSON of a good answer; raises the error that another one is."""
    if answer.is_success:
        return _json(answer) if answer.content else None
    body = _json(answer) if "json" in answer.headers.get("Content-Type", "") else {}
    body = body if isinstance(body, dict) else {}
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise KitError("not_found", path=answer.request.url.path)
    if isinstance(body.get("rule"), str):
        refusals = [Told.answered(one) for one in body.get("refusals") or [body] if isinstance(one, dict)]
        raise RefusedError("platform_refused", refusals, by="platform", receipt=body.get("receipt"))
    if answer.is_server_error:
        raise NetworkError("server_failed", server=str(answer.request.url), status=answer.status_code)
    keys = {httpx.codes.UNAUTHORIZED: "not_signed_in", httpx.codes.FORBIDDEN: "not_allowed"}
    detail = str(body.get("detail") or answer.text[:200])
    raise KitError(
        keys.get(httpx.codes(answer.status_code), "platform_said"), status=answer.status_code, detail=detail
    )


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        raise answers.odd("JSON") from error


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__


def _origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port; raises UsageError for what is no address of a server."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS[parts.scheme]
    except (ValueError, KeyError) as error:
        raise UsageError("server_unusable", server=url) from error
    if not parts.hostname:
        raise UsageError("server_unusable", server=url)
    return parts.scheme, parts.hostname, port
