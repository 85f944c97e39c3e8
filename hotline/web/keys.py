"""What the application carries, under typed keys."""

from tempfile import SpooledTemporaryFile
from typing import Any

from aiohttp import web
from multidict import MultiDictProxy

from channels.mailbox.worker import Readers
from hotline.config import Settings
from hotline.domain.people import Actor
from hotline.flow.centre import Centre
from hotline.flow.unread import Badge

CENTRE = web.AppKey("centre", Centre)
READERS = web.AppKey("readers", Readers)
SETTINGS = web.AppKey("settings", Settings)
ACTOR = web.RequestKey("actor", Actor)
ORIGIN = web.RequestKey("origin", str)
SECRET = web.RequestKey("secret", str)
BADGE = web.RequestKey("badge", Badge)
LANGUAGE = web.RequestKey("language", str)
LACKS = web.RequestKey("lacks", bool)  # the account has no second factor yet, or its first password
FORM = web.RequestKey("form", MultiDictProxy[Any])
OPENED = web.RequestKey("opened", list[SpooledTemporaryFile[bytes]])  # to be closed with it
