"""JPEG snapshots over HTTP (抓图): Hikvision ISAPI, Dahua CGI, ONVIF snapshot addresses."""

from __future__ import annotations

import ssl
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from models.domain.errors import SourceError
from models.domain.ports import Clock
from vision.frame import Frame
from vision.sources.address import CameraAddress
from vision.sources.challenged_auth import ChallengedAuth
from vision.sources.deadline import Deadline, DeadlineBackend
from vision.sources.failures import AccessRefused, BrokenPicture
from vision.sources.pictures import decode_jpeg

_MAX_BYTES = 20_000_000
_MAX_REDIRECTS = 3
_PICTURE_TYPES = ("image/jpeg", "image/jpg", "image/pjpeg", "application/octet-stream", "")


@dataclass(frozen=True, slots=True)
class SnapshotLimits:
    """Real seconds and bytes that one snapshot may take.

    Attributes:
        connect_s: To connect.
        read_s: Between two pieces of the answer.
        total_s: For everything, however steadily it trickles.
        max_bytes: Of the picture.
    """

    connect_s: float = 5.0
    read_s: float = 5.0
    total_s: float = 10.0
    max_bytes: int = _MAX_BYTES


class SnapshotSource:
    """One picture a read, over a connection that is kept.

    Args:
        address: An `http` or `https` address.
        camera_id: The camera.
        clock: Stamps the frames.
        limits: Seconds and bytes one snapshot may take.
        verify_tls: Whether an https camera's certificate must be trusted.
        connect_to: An address to connect to, instead of the one that the host's name has now.
    """

    def __init__(
        self,
        address: CameraAddress,
        camera_id: str,
        clock: Clock,
        *,
        limits: SnapshotLimits | None = None,
        verify_tls: bool = True,
        connect_to: str = "",
    ) -> None:
        self._address = address
        self._camera_id = camera_id
        self._clock = clock
        self._limits = limits or SnapshotLimits()
        self._verify_tls = verify_tls
        self._connect_to = connect_to
        self._where = address.redacted
        self._deadline = Deadline()
        self._pool: httpcore.ConnectionPool | None = None
        self._auth: httpx.Auth = (
            ChallengedAuth(address.user, address.password.reveal())
            if address.user or address.password
            else httpx.Auth()
        )

    def open(self) -> None:
        """Make ready; the connection itself is made by the first read."""
        self.close()
        context = ssl.create_default_context()
        if not self._verify_tls:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=1,
            keepalive_expiry=90.0,
            network_backend=DeadlineBackend(self._deadline, self._connect_to),
        )

    def read(self) -> Frame:
        """Fetch and decode one picture.

        Raises:
            AccessRefused: wrong user or password.
            SourceError: unreachable, too slow, too large, not a JPEG, cut short, damaged.
        """
        if self._pool is None:
            raise SourceError("图像源未打开。", "the source is not open.", where=self._where)
        self._deadline.start(self._limits.total_s)
        url = self._address.without_login.reveal()
        for _ in range(_MAX_REDIRECTS + 1):
            response = self._exchange(self._pool, url)
            if response.status_code not in (301, 302, 303, 307, 308):
                return self._frame(response)
            url = self._followed(url, response)
        raise SourceError("重定向次数过多。", "redirected too often.", where=self._where)

    def close(self) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def _exchange(self, pool: httpcore.ConnectionPool, url: str) -> httpx.Response:
        """One request with whatever answers to challenges it takes."""
        try:
            request = httpx.Request("GET", url, headers=_HEADERS)
        except httpx.InvalidURL:
            raise self._bad_redirect() from None
        with closing(self._auth.sync_auth_flow(request)) as flow:
            try:
                following = next(flow)
                while True:
                    response = self._send(pool, following)
                    try:
                        following = flow.send(response)
                    except StopIteration:
                        return response
            except _NOT_UNDERSTOOD:
                raise SourceError(
                    "摄像机的认证质询无法识别。",
                    "the camera's authentication challenge is not understood.",
                    where=self._where,
                ) from None

    def _send(self, pool: httpcore.ConnectionPool, request: httpx.Request) -> httpx.Response:
        timeout = {
            "connect": self._limits.connect_s,
            "read": self._limits.read_s,
            "write": self._limits.read_s,
            "pool": self._limits.connect_s,
        }
        kept = any(connection.is_idle() for connection in pool.connections)
        try:
            answer, body = self._ask(pool, request, timeout)
        except (httpcore.NetworkError, httpcore.RemoteProtocolError) as error:
            if not kept:
                raise self._network_failure(error) from None
            answer, body = self._ask_afresh(pool, request, timeout)
        except _ASKING_FAILED as error:
            raise self._network_failure(error) from None
        # httpx would unpack what was packed unasked, however large it becomes.
        headers = [pair for pair in answer.headers if pair[0].lower() != b"content-encoding"]
        return httpx.Response(answer.status, headers=headers, content=body, request=request)

    def _ask_afresh(
        self, pool: httpcore.ConnectionPool, request: httpx.Request, timeout: dict[str, float]
    ) -> tuple[httpcore.Response, bytes]:
        """Ask once more: cameras close kept connections without a word."""
        try:
            return self._ask(pool, request, timeout)
        except _ASKING_FAILED as error:
            raise self._network_failure(error) from None

    def _ask(
        self, pool: httpcore.ConnectionPool, request: httpx.Request, timeout: dict[str, float]
    ) -> tuple[httpcore.Response, bytes]:
        with pool.stream(
            "GET", str(request.url), headers=request.headers.raw, extensions={"timeout": timeout}
        ) as answer:
            return answer, self._body(answer)

    def _body(self, answer: httpcore.Response) -> bytes:
        body = bytearray()
        for part in answer.iter_stream():
            body += part
            if len(body) > self._limits.max_bytes:
                raise SourceError(
                    f"图片超过 {self._limits.max_bytes} 字节上限。",
                    f"the picture is larger than {self._limits.max_bytes} bytes.",
                    where=self._where,
                )
        return bytes(body)

    def _network_failure(self, error: Exception) -> SourceError:
        said = str(error)
        if isinstance(error, httpcore.TimeoutException):
            return SourceError(
                "摄像机在时限内没有应答完毕。",
                "the camera did not finish its answer in time.",
                where=self._where,
            )
        if "CERTIFICATE" in said.upper():
            return SourceError(
                "摄像机的 HTTPS 证书不受信任;若为自签名证书,请在设置中关闭校验。",
                "the camera's HTTPS certificate is not trusted; if it is self-signed, switch "
                "verification off in the settings.",
                where=self._where,
            )
        return SourceError(
            f"无法连接或连接中断({type(error).__name__})。请检查网络、地址和端口。",
            f"cannot connect, or the connection broke off ({type(error).__name__}). Check "
            "network, address and port.",
            where=self._where,
        )

    def _followed(self, url: str, response: httpx.Response) -> str:
        """Where a redirect leads, on the same host only: a password goes to nobody else."""
        try:
            target = urljoin(url, str(response.headers.get("location", "")))
            old, new = urlsplit(url), urlsplit(target)
            same = (new.scheme, new.hostname, new.port) == (old.scheme, old.hostname, old.port)
        except ValueError:
            raise self._bad_redirect() from None
        upgraded = new.hostname == old.hostname and (old.scheme, new.scheme) == ("http", "https")
        if not (same or upgraded):
            raise SourceError(
                "摄像机重定向到别的主机或端口,已拒绝;请在地址中直接填写目标。",
                "the camera redirects to another host or port; refused. Put the target into "
                "the address.",
                where=self._where,
            )
        return target.partition("#")[0]

    def _bad_redirect(self) -> SourceError:
        return SourceError(
            "摄像机重定向到无效的地址;请检查抓图路径。",
            "the camera redirects to what is no address; check the snapshot's path.",
            where=self._where,
        )

    def _frame(self, response: httpx.Response) -> Frame:
        taken_at = self._clock.now()
        self._check(response)
        image = decode_jpeg(response.content, self._where)
        camera_time = _date(response.headers.get("date"))
        return Frame(self._camera_id, image, taken_at, camera_time, response.content)

    def _check(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in (401, 403):
            raise AccessRefused(
                f"用户名或密码错误,或账号被锁定({status})。",
                f"wrong user or password, or the account is locked ({status}).",
                where=self._where,
            )
        if status != 200:
            raise SourceError(
                f"摄像机返回状态 {status};请检查抓图路径。",
                f"the camera answered with status {status}; check the snapshot's path.",
                where=self._where,
            )
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in _PICTURE_TYPES:
            raise BrokenPicture(
                f"返回的不是 JPEG 图片,而是“{kind}”。",
                f"the answer is {kind!r}, not a JPEG picture.",
                where=self._where,
            )


_ASKING_FAILED = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)

_NOT_UNDERSTOOD = (
    httpx.ProtocolError,
    NotImplementedError,
    LookupError,
    ValueError,
)
"""What httpx raises, some of it by accident, on challenges it cannot read."""

_HEADERS = {
    "Accept": "image/jpeg, */*;q=0.1",
    "Accept-Encoding": "identity",
    "Cache-Control": "no-cache",
    "User-Agent": "onpost",
}


def _date(text: str | None) -> datetime | None:
    """What the camera's clock said, whole seconds; None where it said nothing sensible."""
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
