"""The command line: from what was said to the command that does it, and its exit code."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Coroutine, Sequence
from importlib import import_module
from typing import Any

from hotline.commands import journal, trayline
from hotline.commands.failing import Failed
from hotline.config import WrongSetting, load
from hotline.domain.words import Channel, Kind, Role
from hotline.parsing import parser

USAGE = 2  # the exit code of a wrong command line or setting
PRIVATE = 0o077  # what is taken from every file and folder that is made


def chosen(told: argparse.Namespace, settings: Any) -> Coroutine[Any, Any, int]:
    """The command asked for; its module is imported only now, some are slow to load."""
    module = import_module(f"hotline.commands.{told.command}")
    made: Coroutine[Any, Any, int]
    if told.command == "serve":
        made = module.run(settings, host=told.host, port=told.port, only=told.only)
    elif told.command == "seed":
        made = module.run(settings, with_demo=told.demo)
    elif told.command == "verify":
        made = module.run(settings, as_json=told.json)
    elif told.command == "recount":
        made = module.run(settings, dry=told.dry_run, adopt_terms=told.adopt_terms)
    elif told.command == "doctor":
        made = module.run(settings, mail=told.mail)
    elif told.command == "quarantine":
        made = module.run(settings, told.doing, **trayline.told(told))
    elif told.command in ("user", "token"):
        made = _account(module, told, settings)
    elif told.command == "intake":
        made = module.run(settings, told.file, Channel(told.channel), backdate=told.backdate)
    elif told.command == "replay":
        kind = Kind(told.type) if told.type else None
        asked = module.Asked(told.file, told.profile, kind, told.until, told.report)
        made = module.run(settings, asked)
    elif told.command == "simulate":
        asked = module.Asked(told.file, told.profile, told.against, told.report, told.page)
        made = module.run(settings, asked)
    elif told.command == "backup":
        made = module.run(settings, told.file)
    elif told.command == "restore":
        made = module.run(settings, told.file, told.erasures)
    elif told.command in ("rules", "labels", "model", "ring", "knowledge", "keys", "generate"):
        made = module.run(settings, module.asked(told))
    else:
        made = module.run(settings)
    return made


def _account(module: Any, told: argparse.Namespace, settings: Any) -> Coroutine[Any, Any, int]:
    made: Coroutine[Any, Any, int]
    if told.doing == "list":
        made = module.listed(settings)
    elif told.doing in ("disable", "reset"):
        made = getattr(module, told.doing)(settings, told.name)
    else:
        email = told.email if told.command == "user" else ""
        wanted = module.Wanted(told.name, Role(told.role), told.department, email)
        stdin = {"from_stdin": told.password_stdin} if told.command == "user" else {}
        made = module.add(settings, wanted, **stdin)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """0: done; 1: failed, with one line why; 2: a wrong command line or setting."""
    told = parser().parse_args(arguments)
    # The database, its log, attachments, backups, exports: nobody else's, whatever the shell says.
    os.umask(PRIVATE)
    journal.to_stderr(logging.WARNING)
    try:
        return _run(chosen(told, load(told.config)))
    except WrongSetting as error:
        print(error, file=sys.stderr)
        return USAGE
    except Failed as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read our output has heard enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(command: Coroutine[Any, Any, int]) -> int:
    try:
        import uvloop
    except ImportError:  # not made for every system; the standard loop does the same, slower
        return asyncio.run(command)
    return uvloop.run(command)


if __name__ == "__main__":
    sys.exit(main())
