"""What a switch may be asked to do: call back, transfer, hold, bring a third one in.

A switch answers when it has done it, which may be never; so asking and having done are two
things, and what is shown is what the events say.
"""

import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TextIO

from channels.telephone.line import SwitchLine


class Do(StrEnum):
    """What is asked for."""

    CALL = "call"  # the agent's telephone rings, then the number's
    TRANSFER = "transfer"
    HOLD = "hold"
    RESUME = "resume"
    CONFERENCE = "conference"  # a third one comes into the call


class NotTaken(Exception):
    """The switch did not take the command; the words are for the log, not for people."""


@dataclass(frozen=True)
class Command:
    """One wish; `id` makes a repeat recognisable in the switch's log."""

    id: str
    do: Do
    agent: str  # the telephone at whose desk it was wished
    call_id: str = ""
    leg_id: str = ""
    number: str = ""  # whom to call or bring in

    def __post_init__(self) -> None:
        if len(self.leg_id.split()) > 1 or not self.leg_id.isprintable():
            raise NotTaken("no such leg")


class Switch(Protocol):
    """What takes commands; returns when the switch has taken one, raises NotTaken."""

    async def ask(self, command: Command) -> None: ...


class ConsoleSwitch:
    """The twin that runs on a laptop: prints what would be asked, never whose number it is."""

    def __init__(self, out: TextIO = sys.stderr) -> None:
        self._out = out
        self.asked: list[Command] = []

    async def ask(self, command: Command) -> None:
        self.asked = [*self.asked[-99:], command]
        ends = f"...{command.number[-2:]}" if len(command.number) > 5 else command.number
        print(
            f"[switch] {command.do.value} {command.agent} {command.call_id} {ends}",
            file=self._out,
            flush=True,
        )


class AmiSwitch:
    """Asterisk's actions, over the connection that its events come by."""

    def __init__(self, line: SwitchLine, context: str = "out") -> None:
        self._line, self._context = line, context

    async def ask(self, command: Command) -> None:
        number = plain(command.number)
        fields = {
            Do.CALL: {
                "Action": "Originate",
                "Channel": f"PJSIP/{plain(command.agent)}",
                "Exten": number,
                "Context": self._context,
                "Priority": "1",
                "Async": "true",
            },
            Do.TRANSFER: {
                "Action": "Redirect",
                "Channel": command.leg_id,
                "Exten": number,
                "Context": self._context,
                "Priority": "1",
            },
        }.get(command.do)
        if fields is None:
            raise NotTaken(f"asterisk: {command.do.value} is the telephone's own key")
        told = {**fields, "ActionID": command.id}
        await _say(self._line, "".join(f"{k}: {v}\r\n" for k, v in told.items()) + "\r\n")


class EslSwitch:
    """FreeSWITCH's background commands, over the connection that its events come by."""

    def __init__(self, line: SwitchLine, gateway: str = "user") -> None:
        self._line, self._gateway = line, gateway

    async def ask(self, command: Command) -> None:
        number, agent, leg = plain(command.number), plain(command.agent), command.leg_id
        told = {
            Do.CALL: f"originate {self._gateway}/{agent} {number}",
            Do.TRANSFER: f"uuid_transfer {leg} {number}",
            Do.HOLD: f"uuid_hold {leg}",
            Do.RESUME: f"uuid_hold off {leg}",
            Do.CONFERENCE: f"uuid_transfer {leg} -both three-way:{number}",
        }[command.do]
        await _say(self._line, f"bgapi {told}\nJob-UUID: {command.id}\n\n")


def plain(text: str) -> str:
    """Digits, letters and + only: a number must not become a second command."""
    found = "".join(
        letter for letter in text if letter.isascii() and letter.isalnum() or letter in "+_"
    )
    if not found:
        raise NotTaken("nothing to dial")
    return found


async def _say(line: SwitchLine, text: str) -> None:
    if line.wire is None:
        raise NotTaken("not connected")
    try:
        await line.wire.send(text)
    except OSError as error:
        raise NotTaken(str(error)) from None
