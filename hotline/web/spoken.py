"""The challenge for ears: its digits read out, for who cannot see the page or has an old telephone.

The voices are files of ours, in Mandarin, and the library's own in English: nothing is fetched. Making
a sound costs a quarter of a second of computing, so it is made only when somebody presses play, one at a
time, so many for an address; whoever listens again gets the same one.
"""

import asyncio
from collections import OrderedDict
from importlib import resources

from aiohttp import hdrs, web
from captcha.audio import AudioCaptcha, create_noise

from hotline.domain.errors import NotFound
from hotline.web import challenge
from hotline.web.keys import CENTRE, LANGUAGE
from hotline.web.limits import LIMITER
from hotline.web.problems import TooOften
from hotline.web.routing import ANYONE, Route

VOICES = resources.files("hotline.web") / "voices"  # language / digit / *.wav: 8 kHz, 8 bit, mono
PATH = "/complaints/new/digits.wav"
KEPT = 32  # sounds, of 140 kB each
MOST_WAITING, COME_BACK = 4, 5  # who finds as many in the line comes back after so many seconds


class Clear(AudioCaptcha):
    """Without the voices that the library mixes in against programs.

    A program solves the other challenge sooner; old ears would be kept out, and only they.
    """

    def create_background_noise(self, length: int, chars: str) -> bytearray:
        return create_noise(length)


class Sounds:
    """Of one process: the voices, and what was read out last."""

    def __init__(self) -> None:
        self._voices = {"zh": Clear(str(VOICES / "zh")), "en": Clear()}
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._turn, self._waiting = asyncio.Lock(), 0

    async def of(self, request: web.Request, token: str) -> bytes:
        """A WAV file; raises TooOften where this address, or the process, made enough of them."""
        which = request[LANGUAGE], token
        if which not in self._kept:
            await request.app[LIMITER].check(request, "spoken")
            if self._waiting >= MOST_WAITING:
                raise TooOften(COME_BACK)
            await self._make(which, challenge.spoken(request, token))
        self._kept.move_to_end(which)
        return self._kept[which]

    async def _make(self, which: tuple[str, str], digits: str) -> None:
        self._waiting += 1
        try:
            async with self._turn:
                if which in self._kept:
                    return
                sound = await asyncio.to_thread(self._voices[which[0]].generate, digits)
                self._kept[which] = bytes(sound)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        finally:
            self._waiting -= 1


SOUNDS = web.AppKey("sounds", Sounds)


async def play(request: web.Request) -> web.Response:
    """The sound of a challenge that is still good; some players ask for it in parts."""
    token = request.query.get("of", "")
    given = challenge.opened(request, token)
    if given is None or request.app[CENTRE].now() - given.at > challenge.HEARD_FOR:
        raise NotFound(
            "这段声音已经过期，请回到页面再提交一次，会有新的数字。",
            "This sound is over; submit the page once more for new digits.",
        )
    return _in_part(request, await request.app[SOUNDS].of(request, token))


def _in_part(request: web.Request, sound: bytes) -> web.Response:
    headers = {
        hdrs.CONTENT_TYPE: "audio/wav",
        hdrs.ACCEPT_RANGES: "bytes",
        hdrs.CACHE_CONTROL: "private, no-store",
        hdrs.VARY: hdrs.COOKIE,
    }
    try:
        asked = request.http_range
    except ValueError:
        return web.Response(status=416, headers={hdrs.CONTENT_RANGE: f"bytes */{len(sound)}"})
    if asked.start is None and asked.stop is None:
        return web.Response(body=sound, headers=headers)
    start, stop, _ = asked.indices(len(sound))
    if start >= stop:
        return web.Response(status=416, headers={hdrs.CONTENT_RANGE: f"bytes */{len(sound)}"})
    headers[hdrs.CONTENT_RANGE] = f"bytes {start}-{stop - 1}/{len(sound)}"
    return web.Response(status=206, body=sound[start:stop], headers=headers)


def routes() -> list[Route]:
    return [Route("GET", PATH, play, ANYONE, "听数字验证", api=False, limit="read")]
