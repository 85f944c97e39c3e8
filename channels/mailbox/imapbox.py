"""One mailbox over IMAP, as blocking calls: signed in, its folder open, letters fetched and flagged.

imap-tools carries the connection; bytes come by imaplib itself, because nothing here may parse them.
"""

import imaplib
import re
import socket
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from imap_tools.errors import MailboxFolderSelectError, MailboxLoginError
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted

imaplib.Commands.setdefault("ID", ("NONAUTH", "AUTH", "SELECTED"))
WHO = '("name" "hotline" "version" "1.0" "vendor" "hotline")'
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
UID = re.compile(rb"UID (\d+)")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
BEGINNING = 256 * 1024  # of a letter that is too large to be taken whole
TIMEOUT = 30.0


class Broken(Exception):
    """The mailbox cannot be used; the words are for who runs the hotline. `lasting`: until changed."""

    def __init__(self, words: str, *, lasting: bool = False, missing_folder: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.lasting = lasting
        self.missing_folder = missing_folder


@dataclass(frozen=True)
class Box:
    """A mailbox and how to get into it."""

    name: str
    host: str
    port: int = 993
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)  # an access token: XOAUTH2 instead of a password
    folder: str = "INBOX"
    seconds: float = 60.0  # between looks; with IDLE news comes at once
    most: int = 50 * 2**20


@dataclass(frozen=True)
class Fetched:
    raw: bytes = field(repr=False)
    size: int  # as the server tells it
    cut: bool = False


class Connection:
    """Signed in and looking at the folder; every method blocks, and raises Broken."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self._mail: BaseMailBox | None = None

    @property
    def mail(self) -> BaseMailBox:
        if self._mail is None:
            raise Broken("连接已断开")
        return self._mail

    def open(self) -> tuple[int, int]:
        """UIDVALIDITY, and the highest UID given so far."""
        for told in (self.box.user, self.box.password, self.box.token, self.box.folder):
            if CONTROL.search(told):  # a line's end would begin a command of its own
                raise Broken("邮箱设置中有换行等控制字符，请更正", lasting=True)
        with explained(self.box):
            self._mail = _connect(self.box)
            _sign_in(self._mail, self.box)
            return self._select()

    def _select(self) -> tuple[int, int]:
        self.mail.folder.set(self.box.folder)
        told = self.mail.folder.status(self.box.folder, ["UIDVALIDITY", "UIDNEXT"])
        return int(told["UIDVALIDITY"]), int(told["UIDNEXT"]) - 1

    def search(self, criteria: str) -> list[int]:
        with explained(self.box):
            return sorted({int(uid) for uid in self.mail.uids(criteria, charset=None)})

    def unread(self, up_to: int, since: datetime | None) -> set[int]:
        """Of the letters up to a UID: those nobody has read, and those of a day and later."""
        if up_to < 1:
            return set()
        found = set(self.search(f"UID 1:{up_to} UNSEEN"))
        if since is not None:
            found |= set(self.search(f"UID 1:{up_to} SINCE {since.strftime('%d-%b-%Y')}"))
        return found

    def above(self, uid: int) -> set[int]:
        # "n:*" names the last letter even where n is beyond it.
        return {one for one in self.search(f"UID {uid + 1}:*") if one > uid}

    def fetch(self, uid: int) -> Fetched | None:
        """The letter without marking it read; None: it is gone."""
        with explained(self.box):
            head = self._fetch(uid, "(RFC822.SIZE)")
            size = next((int(found[1]) for one in head if (found := SIZE.search(one[0]))), None)
            if size is None:
                return None
            part = "BODY.PEEK[]" if size <= self.box.most else f"BODY.PEEK[]<0.{BEGINNING}>"
            for line, body in self._fetch(uid, f"(UID {part})"):
                named = UID.search(line)
                if body is not None and (named is None or int(named[1]) == uid):
                    return Fetched(body, size, cut=size > self.box.most)
            return None

    def _fetch(self, uid: int, parts: str) -> list[tuple[bytes, bytes | None]]:
        kind, told = self.mail.client.uid("FETCH", str(uid), parts)
        if kind != "OK":
            raise Broken(f"取信失败：{_plain(told)}")
        return [_pair(one) for one in told if one]

    def flag(self, uid: int) -> None:
        with explained(self.box):
            kind, told = self.mail.client.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")
            if kind != "OK":
                raise Broken(f"无法标记已读：{_plain(told)}")

    def wait(self, seconds: float) -> bool:
        """Until the server tells of something (IDLE); without IDLE, False at once."""
        with explained(self.box):
            if "IDLE" not in self.mail.client.capabilities:
                return False
            self.mail.idle.wait(timeout=seconds)
            return True

    def folders(self) -> list[str]:
        with explained(self.box):
            return [one.name for one in self.mail.folder.list()]

    def noop(self) -> None:
        with explained(self.box):
            self.mail.client.noop()

    def close(self) -> None:
        """From any thread: whoever waits for the server is woken by the end of the connection."""
        mail, self._mail = self._mail, None
        if mail is not None:
            try:
                mail.client.shutdown()
            except (OSError, imaplib.IMAP4.error):
                return


def _pair(one: Any) -> tuple[bytes, bytes | None]:
    return (one[0], one[1]) if isinstance(one, tuple) else (one, None)


def _connect(box: Box) -> BaseMailBox:
    context = ssl.create_default_context()
    if box.security == "none":
        return MailBoxUnencrypted(box.host, box.port, timeout=TIMEOUT)
    if box.security == "starttls":
        return MailBoxStartTls(box.host, box.port, timeout=TIMEOUT, ssl_context=context)
    return MailBox(box.host, box.port, timeout=TIMEOUT, ssl_context=context)


def _sign_in(mail: BaseMailBox, box: Box) -> None:
    if box.token:
        mail.xoauth2(box.user, box.token, initial_folder=None)
    elif box.user.isascii() and box.password.isascii():
        mail.login(box.user, box.password, initial_folder=None)
    else:
        mail.login_utf8(box.user, box.password, initial_folder=None)
    _, told = mail.client.capability()
    mail.client.capabilities = tuple(str(told[0], "ascii", "replace").upper().split())
    if "ID" in mail.client.capabilities:  # without it QQ and 163 let nobody open a folder
        mail.client._simple_command("ID", WHO)


class explained:
    """Whatever goes wrong with a server, as Broken in plain words."""

    def __init__(self, box: Box) -> None:
        self._box = box

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, Exception) and not isinstance(error, Broken):
            raise _told(self._box, error) from error


def _told(box: Box, error: BaseException) -> Broken:
    """The server's own words come first: a full mailbox refuses to open a folder as a lack of it does."""
    text = str(error)
    said = text.upper()
    if "QUOTA" in said:
        return Broken("邮箱已满，请清理后再收", lasting=True)
    if "UNSAFE LOGIN" in said:
        return Broken(
            "邮箱服务商拒绝了这次登录：请在邮箱设置中开启 IMAP 并授权客户端", lasting=True
        )
    if isinstance(error, MailboxLoginError) or "AUTHENTICATIONFAILED" in said:
        return Broken(
            "登录被拒绝：密码、授权码或令牌不对，或已过期；QQ、163 等须用授权码而不是登录密码",
            lasting=True,
        )
    if isinstance(error, MailboxFolderSelectError):
        return Broken(f"没有文件夹“{box.folder}”，请核对名称", lasting=True, missing_folder=True)
    if isinstance(error, ssl.SSLError):
        return Broken(f"加密连接失败，请核对端口、加密方式和证书（{_short(text)}）", lasting=True)
    if isinstance(error, socket.gaierror):
        return Broken(f"找不到服务器 {box.host}，请核对名称")
    if isinstance(error, ConnectionRefusedError):
        return Broken(f"服务器 {box.host}:{box.port} 拒绝连接，请核对端口")
    if isinstance(error, TimeoutError):
        return Broken(f"服务器 {box.host}:{box.port} 没有应答")
    return Broken(f"与邮件服务器的连接中断（{type(error).__name__}：{_short(text)}）")


def _short(text: str) -> str:
    return " ".join(text.split())[:120]


def _plain(told: Any) -> str:
    return _short(" ".join(str(one, "utf-8", "replace") for one in told if isinstance(one, bytes)))
