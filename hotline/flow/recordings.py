"""Recordings (录音): known by reference and hash, played on record, kept as long as the policy says."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import structlog

from hotline.domain.errors import NotAllowed, NotFound, NotPossible
from hotline.domain.people import SYSTEM, Actor
from hotline.domain.words import Role
from hotline.flow.centre import Centre
from hotline.flow.phone import SEES_CALLS, call_of
from hotline.store import acts, calllist, privacy
from hotline.store.calls import opened

log = structlog.get_logger(__name__)
Found = TypeVar("Found")
PIECE = 2**20
OWN_CALL = timedelta(minutes=30)  # after its end an agent may listen to the own call
TYPES = {".wav": "audio/wav", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".opus": "audio/ogg"}


class NoRecording(NotFound):
    """No such recording, or it does not lie where this machine can reach it."""

    code = "no_recording"

    def __init__(self) -> None:
        super().__init__(
            "没有找到这段录音，或录音不在本机。", "No such recording, or not on this machine."
        )


@dataclass(frozen=True)
class Playable:
    """A recording that was checked and may be played."""

    path: Path
    type: str


async def play(centre: Centre, actor: Actor, call_id: str, n: int, purpose: str) -> Playable:
    """The n-th recording of a call, for a purpose, on record; one that was changed is not played."""
    async with centre.look() as look:
        call = await call_of(look, actor, call_id)
        over_at = call.ended_at or look.at
        if actor.role not in SEES_CALLS and look.at - over_at > OWN_CALL:
            raise NotAllowed(
                "通话结束 30 分钟后，录音由质检员或值班长调听。",
                "Ask the inspector: it is too late.",
            )
        if look.at - over_at > timedelta(days=centre.recordings_days):
            raise NotPossible("录音已超过保存期限。", "The recording is past its retention.")
    told: list[dict[str, Any]] = opened(centre.cipher, call)["recordings"]
    if actor.role not in LISTENERS or not 1 <= n <= len(told):
        raise NoRecording
    path, found = await _on_shelves(centre, _hashed, centre.recordings, told[n - 1]["uri"])
    whole = found is not None and told[n - 1]["sha256"] in ("", found)
    about = {"call": call_id, "n": n, "purpose": purpose, "sha256": found, "whole": whole}
    async with centre.work() as work:
        await acts.record(work.connection, work.at, actor, "recording_played", about)
    if path is None or found is None:
        raise NoRecording
    if not whole:
        raise NotPossible(
            "录音与登记的摘要不符，可能被改动，不能播放。",
            "The recording is not what was recorded.",
        )
    return Playable(path, TYPES.get(path.suffix.lower(), "application/octet-stream"))


async def expire(centre: Centre) -> int:
    """Deletes what the policy keeps no longer, on record; recordings of a case on hold stay.

    A file's own date counts, so that one which no call knows of does not lie there for ever.
    """
    if centre.recordings is None:
        return 0
    before = centre.now() - timedelta(days=centre.recordings_days)
    held = await _on_hold(centre, centre.recordings)
    old = await _on_shelves(centre, _older, centre.recordings, before.timestamp(), held)
    if old:
        about = {"files": len(old), "before": before.isoformat()}
        async with centre.work() as work:
            await acts.record(work.connection, work.at, SYSTEM, "recordings_expired", about)
        await _on_shelves(centre, _delete, old)
    return len(old)


async def _on_hold(centre: Centre, folder: Path) -> frozenset[Path]:
    async with centre.look() as look:
        numbers = await privacy.held_numbers(look.connection)
        calls = [one for n in numbers for one in await calllist.calls_of(look.connection, n)]
    told = [one["uri"] for call in calls for one in opened(centre.cipher, call)["recordings"]]
    return await _on_shelves(centre, _all_within, folder, told)


async def _on_shelves(centre: Centre, job: Callable[..., Found], *about: Any) -> Found:
    """In the recordings' own threads: even to ask whether a file is there may take for ever."""
    return await asyncio.get_running_loop().run_in_executor(centre.shelves, job, *about)


def _all_within(folder: Path, told: Sequence[str]) -> frozenset[Path]:
    return frozenset(path for uri in told if (path := _within(folder, uri)))


def _older(folder: Path, before: float, held: frozenset[Path]) -> list[Path]:
    """Sound files only: what else lies in the switch's folder is not ours to delete."""
    files = [one for one in folder.resolve().rglob("*") if one.suffix.lower() in TYPES]
    return [one for one in files if one.stat().st_mtime < before and one not in held]


def _delete(files: list[Path]) -> None:
    for one in files:
        try:
            one.unlink(missing_ok=True)
        except OSError as error:  # the next look tries again
            log.warning("recording.not_deleted", error=error.strerror)


LISTENERS = SEES_CALLS | {Role.AGENT}


def _within(folder: Path | None, uri: str) -> Path | None:
    """Where a reference points, if that is a file inside the folder of recordings."""
    if folder is None:
        return None
    parts = urlsplit(uri)
    if parts.scheme not in ("", "file"):
        return None
    name = unquote(parts.path) if parts.scheme else uri
    root = folder.resolve()
    try:
        path = (root / name).resolve()
        return path if path.is_relative_to(root) and path.is_file() else None
    except (OSError, ValueError):
        return None


def _hashed(folder: Path | None, uri: str) -> tuple[Path | None, str | None]:
    path = _within(folder, uri)
    return path, _hash(path) if path else None


def _hash(path: Path) -> str | None:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
    except OSError:
        return None
    return digest.hexdigest()
