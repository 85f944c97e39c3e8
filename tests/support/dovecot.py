"""A real mail server for the tests: Dovecot on free ports, its mail in a folder of its own."""

import contextlib
import getpass
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "secret"
CONFIG = """
protocols = imap lmtp
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
first_valid_gid = 0
mail_uid = {uid}
mail_gid = {gid}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {login}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@city.example
}}
protocol imap {{
  mail_max_userip_connections = 100
}}
"""


@dataclass
class Server:
    """A running server; every name signs in with the one password."""

    folder: Path
    imap: int
    lmtp: int
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        command = ["dovecot", "-F", "-c", str(self.folder / "dovecot.conf")]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for port in (self.imap, self.lmtp):
            _until_open(port)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None

    def deliver(self, raw: bytes, user: str) -> None:
        self.deliver_all([raw], user)

    def deliver_all(self, letters: Iterable[bytes], user: str) -> None:
        with smtplib.LMTP("127.0.0.1", self.lmtp) as client:
            for raw in letters:
                client.sendmail("sender@example.com", [user], raw)

    def forget(self, user: str) -> None:
        """As if the mailbox were restored from elsewhere: every letter gets a new number."""
        for _ in range(3):  # a session that is still ending writes its index once more
            for path in (self.folder / "mail" / user).glob("dovecot*"):
                path.unlink(missing_ok=True)
            time.sleep(0.3)


def why_not() -> str | None:
    """Why no server can be had here, or None."""
    if shutil.which("dovecot") is None:
        return "no Dovecot on this machine"
    if not Path("/usr/lib/dovecot/lmtp").exists():
        return "Dovecot has no LMTP service here"
    return None


def _accounts() -> tuple[str, str]:
    """Whose mail it is, and who looks at passwords: not root, where we are root."""
    if os.getuid() != 0:
        me = getpass.getuser()
        return me, me
    mail = "postgres" if _known("postgres") else "nobody"
    return mail, "dovenull" if _known("dovenull") else "nobody"


def _known(name: str) -> bool:
    with contextlib.suppress(KeyError):
        return bool(pwd.getpwnam(name))
    return False


@contextlib.contextmanager
def running() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="hotline-mail-"))
    folder.chmod(0o755)
    mail, login = _accounts()
    account = pwd.getpwnam(mail)
    server = Server(folder, _free_port(), _free_port())
    internal = "dovecot" if os.getuid() == 0 and _known("dovecot") else mail
    for name in ("mail", "run", "state"):
        (folder / name).mkdir()
    if os.getuid() == 0:
        os.chown(folder / "mail", account.pw_uid, account.pw_gid)
    told = {"uid": account.pw_uid, "gid": account.pw_gid, "user": internal, "login": login}
    told["group"] = _group(internal)
    config = CONFIG.format(folder=folder, imap=server.imap, lmtp=server.lmtp, **told)
    (folder / "dovecot.conf").write_text(config)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _group(user: str) -> str:
    import grp

    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name


def _until_open(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise AssertionError("the mail server does not open its ports")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
