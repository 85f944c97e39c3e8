"""An IMAP server that says what it is told to, for answers that no real server gives on demand."""

import base64
import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Script:
    """Answers by command; what is not said is OK. `needs_id`: as 163 has it, no folder without ID."""

    answers: Mapping[str, str] = field(default_factory=dict)
    token: str = ""  # the access token that is let in
    needs_id: bool = False
    heard: list[str] = field(default_factory=list)  # commands, and what was signed in with
    port: int = 0


class _Session(socketserver.StreamRequestHandler):
    script: Script
    known = False
    disable_nagle_algorithm = True  # an answer of two lines is not held back

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("* OK ready")
        while line := self.rfile.readline():
            tag, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            command = rest.split(" ")[0].upper()
            self.script.heard.append(command)
            if command == "LOGOUT":
                return
            self.answer(tag, command)

    def answer(self, tag: str, command: str) -> None:
        script = self.script
        if command == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1 ID AUTH=XOAUTH2")
        elif command == "ID":
            self.known = True
        elif command == "AUTHENTICATE" and not self.let_in():
            self.say(f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials")
            return
        elif command in ("SELECT", "EXAMINE") and script.needs_id and not self.known:
            self.say(f"{tag} NO SELECT Unsafe Login. Please contact kefu@188.com for help")
            return
        elif command == "STATUS":
            self.say('* STATUS "INBOX" (UIDVALIDITY 7 UIDNEXT 3)')
        self.say(f"{tag} {script.answers.get(command, 'OK done')}")

    def let_in(self) -> bool:
        self.say("+ ")
        told = base64.b64decode(self.rfile.readline()).decode()
        self.script.heard.append(told)
        return f"auth=Bearer {self.script.token}\1" in told


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads, allow_reuse_address = True, True


@contextmanager
def scripted(script: Script) -> Iterator[Script]:
    session = type("Session", (_Session,), {"script": script})
    with _Server(("127.0.0.1", 0), session) as server:
        script.port = server.server_address[1]
        serving = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        serving.start()
        yield script
        server.shutdown()
        serving.join()
