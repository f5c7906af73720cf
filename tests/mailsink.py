"""A mail server for tests: it keeps what it is given and can be as ill as real ones are (R-16)."""

import asyncio
import threading
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Literal

from aiosmtpd.smtp import SMTP, Envelope, Session

Mode = Literal["accept", "refuse", "bounce", "hang", "mute", "drop"]


class SmtpSink:
    """accept; refuse: come back later (4xx); bounce: never (5xx); hang: no answer to the data; mute: no greeting;
    drop: the data are taken and the line is cut before the answer."""

    def __init__(self) -> None:
        self.mode: Mode = "accept"
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.attempts = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="smtp-sink", daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def wait_for(self, count: int, seconds: float = 20) -> list[EmailMessage]:
        """The messages, once there are `count` of them."""
        end = time.monotonic() + seconds
        while len(self.messages) < count:
            assert time.monotonic() < end, f"{len(self.messages)} of {count} mails after {seconds} s"
            time.sleep(0.02)
        return self.messages

    def clear(self) -> None:
        self.messages.clear()
        self.recipients.clear()
        self.attempts = 0

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self._loop.create_server(self._protocol, "127.0.0.1", 0))
        self.port = int(server.sockets[0].getsockname()[1])
        self._ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def _protocol(self) -> asyncio.Protocol:
        if self.mode == "mute":
            self.attempts += 1
            return asyncio.Protocol()
        return SMTP(_Handler(self), enable_SMTPUTF8=True, loop=self._loop)


class _Handler:
    def __init__(self, sink: SmtpSink) -> None:
        self.sink = sink

    async def handle_MAIL(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        self.sink.attempts += 1
        if self.sink.mode == "refuse":
            return "451 4.3.2 Please come back later"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:
        if self.sink.mode == "bounce":
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        sink = self.sink
        if sink.mode == "hang":
            await asyncio.sleep(3600)
        content = envelope.original_content or b""
        sink.recipients.append(list(envelope.rcpt_tos))
        sink.messages.append(message_from_bytes(content, EmailMessage, policy=policy.default))
        if sink.mode == "drop":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK"
