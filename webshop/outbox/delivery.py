"""Delivering mails: the only place that talks to a mail server, in the worker and never in a request (R-15, R-16).

What the server says decides: taken (2xx) is sent; "later" (4xx), silence and a lost line come again after a growing
pause; "never" (5xx) about this mail is parked with the server's words. A refused sign-in or greeting says something
about the server, not about the mail, so it counts as "later".
"""

import hashlib
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from webshop.config import Settings
from webshop.documents.models import Document
from webshop.outbox.models import OutboxMail

TIMEOUT_S = 10
SMTP_PORT, SUBMISSION_PORT, SMTPS_PORT = 25, 587, 465
LATER, NEVER = 400, 500
ABOUT_US = {421, 530, 534, 535, 538}
"""Codes with which a server speaks about the line or our sign-in, not about the mail."""
MAX_ANSWER = 500

SEVEN_BIT = policy.SMTP.clone(cte_type="7bit")
"""Texts travel as quoted-printable or base64: every server can carry them."""


class TryLater(Exception):
    """This mail may pass later; the words are the server's."""


class ServerTrouble(TryLater):
    """No mail would pass now: the server is away, silent or refuses us."""


class Refused(Exception):
    """This mail will never pass; the words are the server's."""


@dataclass(frozen=True)
class MailServer:
    """`smtp://user:pass@host:port` (STARTTLS where offered) or `smtps://…` (TLS from the start).

    `?starttls=required` refuses to send without TLS, `?starttls=off` never asks for it. With a password TLS is required,
    unless the server is this machine.
    """

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False
    starttls: str = "auto"
    own_name: str = "localhost"
    """What we call ourselves; given, because smtplib would ask the name service."""

    @classmethod
    def from_settings(cls, settings: Settings) -> "MailServer":
        """Read WEBSHOP_SMTP_URL; ValueError where it names no host."""
        parts: SplitResult = urlsplit(settings.smtp_url)
        if not parts.hostname:
            raise ValueError("no host")
        tls = parts.scheme == "smtps"
        user = unquote(parts.username or "")
        usual = SMTPS_PORT if tls else SUBMISSION_PORT if user else SMTP_PORT
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        starttls = parse_qs(parts.query).get("starttls", ["required" if user and not local else "auto"])[0]
        own_name = urlsplit(settings.public_url).hostname or "localhost"
        return cls(parts.hostname, parts.port or usual, user, unquote(parts.password or ""), tls, starttls, own_name)


def compose(mail: OutboxMail, attachments: Sequence[tuple[Document, bytes]], *, settings: Settings) -> EmailMessage:
    """The mail as it travels; the same row always gives the same message. Refused where it makes no safe mail (S-31)."""
    try:
        return _compose(mail, attachments, settings)
    except (ValueError, IndexError, MessageError) as error:
        raise Refused(f"keine gültige E-Mail: {error}") from error


def _compose(mail: OutboxMail, attachments: Sequence[tuple[Document, bytes]], settings: Settings) -> EmailMessage:
    message = EmailMessage(policy=SEVEN_BIT)
    message["Subject"] = mail.subject
    message["From"] = Address(settings.shop_name, addr_spec=settings.mail_from)
    message["To"] = Address(mail.to_name, addr_spec=mail.to_address)
    message["Date"] = mail.created_at
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    for document, content in attachments:
        main, _, sub = document.media_type.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=document.filename)
    seed = hashlib.sha256(mail.message_id.encode()).hexdigest()[:24]
    for index, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{seed}_{index}")
    return message


def send(message: EmailMessage, recipient: str, *, server: MailServer, sender: str) -> str:
    """Hand the message over; the server's answer. TryLater, ServerTrouble or Refused."""
    connection = _connect(server)
    try:
        answer = _transmit(connection, message, recipient, sender)
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        connection.close()
        raise ServerTrouble(_words(error)) from error
    except Exception:
        _leave(connection)
        raise
    _leave(connection)
    return answer


def _connect(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    try:
        if server.tls:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, server.own_name, timeout=TIMEOUT_S, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, server.own_name, timeout=TIMEOUT_S)
    except (smtplib.SMTPException, OSError) as error:
        raise ServerTrouble(_words(error)) from error
    try:
        connection.ehlo_or_helo_if_needed()
        if not server.tls and server.starttls != "off":
            if connection.has_extn("starttls"):
                connection.starttls(context=context)
                connection.ehlo()
            elif server.starttls == "required":
                raise ServerTrouble("der Mailserver bietet keine Verschlüsselung an (STARTTLS)")
        if server.user:
            connection.login(server.user, server.password)
    except (smtplib.SMTPException, OSError) as error:
        connection.close()
        raise ServerTrouble(_words(error)) from error
    except ServerTrouble:
        _leave(connection)
        raise
    return connection


def _transmit(connection: smtplib.SMTP, message: EmailMessage, recipient: str, sender: str) -> str:
    options: list[str] = []
    content = message.as_bytes()
    if not (recipient + sender).isascii():
        if not connection.has_extn("smtputf8"):
            raise Refused("der Mailserver kann keine Adressen mit Umlauten (SMTPUTF8)")
        options.append("SMTPUTF8")
        content = message.as_bytes(policy=SEVEN_BIT.clone(utf8=True))
    if connection.has_extn("size"):
        options.append(f"SIZE={len(content)}")
    _check(*connection.mail(sender, options))
    _check(*connection.rcpt(recipient))
    try:
        return _check(*connection.data(content))
    except smtplib.SMTPDataError as error:
        return _check(error.smtp_code, error.smtp_error)


def _check(code: int, answer: bytes | str) -> str:
    """The server's answer as text, where it is a yes."""
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    text = f"{code} {' '.join(words.split())}"[:MAX_ANSWER]
    if code in ABOUT_US:
        raise ServerTrouble(text)
    if code >= NEVER:
        raise Refused(text)
    if code >= LATER or code < 0:
        raise TryLater(text)
    return text


def _leave(connection: smtplib.SMTP) -> None:
    """Say goodbye; what goes wrong with that changes nothing about the mail."""
    try:
        connection.quit()
    except (smtplib.SMTPException, OSError):
        connection.close()


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return f"{error.smtp_code} {words}"[:MAX_ANSWER]
    return f"{type(error).__name__}: {error}"[:MAX_ANSWER]
