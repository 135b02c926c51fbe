"""The demo's processes: pictures, watch, schedule, web; started and always stopped."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Final

from api.clock import SimulatedClock
from api.demo_city import REFERENCES, Rehearsal, write
from api.demo_pictures import READY, Order
from api.settings import SETTINGS_VARIABLE
from api.supervise import _die_with
from api.tasks import onpost_argv
from models.domain.errors import OnPostError
from vision.sources.rehearsal import rtsp
from vision.sources.rehearsal.crew import moment_of
from vision.sources.rehearsal.day import STARTS, Day
from vision.sources.rehearsal.logins import Login

Say = Callable[[str], None]

STOP_S: Final = 20.0


class DemoError(OnPostError):
    """The demo could not be run to its end."""


@dataclass(frozen=True, slots=True)
class Places:
    """Folders of the demo, all below one git-ignored folder.

    Attributes:
        root: `var/`.
    """

    root: Path

    @property
    def photographs(self) -> Path:
        """Photographs by package name; kept between runs."""
        return self.root / "photographs"

    @property
    def cache(self) -> Path:
        """Masks; kept between runs."""
        return self.root / "rehearsal"

    @property
    def run(self) -> Path:
        """This run's settings, record and evidence; fresh every time."""
        return self.root / "demo"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the demo's lock: another demo would take this one's record away.

        Raises:
            DemoError: another demo runs here.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        file = self.root / "demo.lock"
        with file.open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DemoError(
                    "此文件夹中已有一个演示在运行;请先停止它,或用 --folder 另选文件夹。",
                    "a demo runs in this folder already; stop it first, or choose another with "
                    "--folder.",
                    where=str(file),
                ) from None
            yield


class Cast:
    """The processes of one demo. A context manager: leaving it stops all of them.

    Args:
        day: The script.
        speed: Simulated seconds per real second.
        places: Where everything lies.
        say: Told of progress, a line at a time.
        rtsp_cameras: How many cameras come as RTSP where a server for it is there.
    """

    def __init__(
        self,
        day: Day,
        speed: float,
        places: Places,
        say: Say,
        *,
        rtsp_cameras: int = rtsp.HOW_MANY,
    ) -> None:
        self._rtsp_cameras = rtsp_cameras
        self._day = day
        self._speed = speed
        self.places = places
        self._say = say
        self._stack = ExitStack()
        self._running: dict[str, subprocess.Popen[str]] = {}
        self.clock = SimulatedClock(moment_of(STARTS), speed)
        self.settings_file = Path()

    def __enter__(self) -> Cast:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def start(self, *, web: bool, begins: float = STARTS) -> None:
        """Start pictures, clock, watch, schedule and, if wanted, the web.

        Args:
            web: With the web.
            begins: What the clock shows at the start, seconds since local midnight.

        Raises:
            DemoError: a process did not become ready.
        """
        run = self.places.run
        if run.exists():
            shutil.rmtree(run)
        run.mkdir(parents=True)
        login = Login("onpost", secrets.token_urlsafe(12))
        pictures = self._pictures(login)
        port = self._when_ready(pictures)
        ahead = (begins - STARTS) / self._speed
        here = SimulatedClock(moment_of(STARTS), self._speed).anchored_at
        self.clock = SimulatedClock(moment_of(STARTS), self._speed, here - ahead)
        anchor = {"anchored_at": self.clock.anchored_at, "speed": self._speed}
        assert pictures.stdin is not None  # noqa: S101  asked for with PIPE
        pictures.stdin.write(json.dumps(anchor) + "\n")
        pictures.stdin.flush()
        anchored_at = self.clock.anchored_at
        rehearsal = Rehearsal(self._day, self._speed, anchored_at, port, login)
        if rtsp.is_there():
            rehearsal = self._with_rtsp(rehearsal)
        else:
            self._say(f"RTSP 服务器未安装,全部以抓图方式 / no RTSP server: {rtsp.REMEDY}")
        self.settings_file = write(run, rehearsal)
        self._start("watch", onpost_argv("watch"))
        self._start("schedule", onpost_argv("schedule"))
        if web:
            ready = str(run / "address")
            self._start("serve", onpost_argv("serve", "--ready-file", ready))

    @property
    def address(self) -> str:
        """Where the web answers, empty until it does."""
        file = self.places.run / "address"
        return file.read_text(encoding="utf-8").strip() if file.exists() else ""

    def check(self) -> None:
        """Raise DemoError where a process has ended by itself."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise DemoError(
                    f"演示进程 {name} 已退出(状态 {process.returncode});详见 {self._log(name)}。",
                    f"the demo's process {name} ended with status {process.returncode}; "
                    f"see {self._log(name)}.",
                    where=name,
                )

    def stop_watching(self) -> None:
        """Let the watch write its last round; the web and the pictures go on until the end."""
        _stop(self._running.pop("watch"))

    def _pictures(self, login: Login) -> subprocess.Popen[str]:
        places = self.places
        order = Order(
            seed=self._day.city.seed,
            until=self._day.until,
            user=login.user,
            password=login.password,
            photographs=str(places.photographs),
            cache=str(places.cache),
            references=str(places.run / REFERENCES),
        )
        argv = [sys.executable, "-m", "api.demo_pictures"]
        process = self._start("pictures", argv, piped=True)
        assert process.stdin is not None  # noqa: S101  asked for with PIPE
        process.stdin.write(order.line())
        process.stdin.flush()
        return process

    def _with_rtsp(self, rehearsal: Rehearsal) -> Rehearsal:
        """The same with a few cameras as RTSP."""
        cameras = rtsp.cameras(self._day, self._rtsp_cameras)
        process = self._start("rtsp", [rtsp.SYSTEM_PYTHON, str(rtsp.SCRIPT)], piped=True)
        assert process.stdin is not None  # noqa: S101  asked for with PIPE
        process.stdin.write(rtsp.order(rehearsal.pictures_port, cameras, rehearsal.login))
        process.stdin.flush()
        port = self._when_ready(process)
        self._say(f"RTSP: {', '.join(cameras)}")
        return replace(rehearsal, rtsp_port=port, rtsp_cameras=frozenset(cameras))

    def _when_ready(self, process: subprocess.Popen[str]) -> int:
        assert process.stdout is not None  # noqa: S101  asked for with PIPE
        word, _, port = process.stdout.readline().partition(" ")
        if word != READY:
            process.wait(STOP_S)
            self.check()
        return int(port)

    def _start(self, name: str, argv: list[str], *, piped: bool = False) -> subprocess.Popen[str]:
        log = self._stack.enter_context(self._log(name).open("w", encoding="utf-8"))
        process = subprocess.Popen(  # noqa: S603  our own command line, no shell
            argv,
            stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
            stdout=subprocess.PIPE if piped else log,
            stderr=log,
            text=True,
            env={**os.environ, SETTINGS_VARIABLE: str(self.settings_file)},
            start_new_session=True,  # Ctrl-C reaches the demo alone, which stops in order
            preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509  one thread only, nothing locks
        )
        self._running[name] = process
        self._stack.callback(_stop, process)
        return process

    def _log(self, name: str) -> Path:
        return self.places.run / f"{name}.log"


def _stop(process: subprocess.Popen[str]) -> None:
    """Ask a process to stop, and kill it where it does not."""
    if process.stdin is not None:
        process.stdin.close()
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()
