"""A small SMTP server that keeps what is sent to it."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Mailbox:
    """What came.

    Attributes:
        full: It takes nothing.
    """

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    full: bool = False


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Serve on a free port of this machine until the block ends."""
    kept = Mailbox()

    class Talk(socketserver.StreamRequestHandler):
        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

        def handle(self) -> None:
            self.say("220 mailbox")
            for line in self.rfile:
                word = line.strip().upper()
                if word.startswith(b"QUIT"):
                    self.say("221 bye")
                    return
                if word.startswith(b"DATA"):
                    self.take()
                elif word.startswith(b"RCPT") and kept.full:
                    self.say("552 mailbox full")
                else:
                    self.say("250 ok")

        def take(self) -> None:
            self.say("354 go on")
            lines = []
            for line in self.rfile:
                if line == b".\r\n":
                    break
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            letter = message_from_bytes(b"".join(lines), policy=policy.default)
            assert isinstance(letter, EmailMessage)
            kept.letters.append(letter)
            self.say("250 taken")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        server.daemon_threads = True
        kept.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield kept
        finally:
            server.shutdown()
            thread.join()
