"""Settings: frozen groups read once from one TOML file and the environment above it."""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from hotline import config_safe, config_ways
from hotline.config_ways import LOOPBACK, Box, Calls, Group, Mail, Oidc, WrongSetting, place

__all__ = ["LOOPBACK", "Box", "Calls", "Mail", "Settings", "WrongSetting", "load", "place"]


class Serve(Group):
    host: str = "127.0.0.1"
    port: int = Field(default=8345, ge=0, le=65535)
    base_url: str = ""  # as citizens see it; empty: http://host:port
    proxies: tuple[str, ...] = ()  # peers whose X-Forwarded-For is believed
    factor: Literal["network", "always"] = "network"  # where an account needs its second factor


class Limits(Group):
    public: Literal["on", "off"] = "on"
    challenge: Literal["auto", "always", "off"] = "auto"  # work before the public forms are taken
    attachment_mb: int = Field(default=20, ge=1, le=200)
    case_mb: int = Field(default=50, ge=1, le=500)
    reserve_mb: int = Field(default=64, ge=0, le=4096)  # left to staff on a full disk; 0: none
    clamd: str = Field(default="", pattern=r"^(|/.+|.+:[0-9]+)$")  # of ClamAV: socket, host:port


class Dispatch(Group):
    automatic: bool = True  # transfer by itself where the suggestion is sure
    profile: str = "default"  # a shipped profile's name, or a path to a TOML file


class WatchSettings(Group):
    seconds: float = Field(default=1.0, gt=0, le=60)
    batch: int = Field(default=50, ge=1, le=500)


class Repeats(Group):
    days: int = Field(default=365, ge=1, le=3650)  # how far back a repeat is looked for
    likely: float = Field(default=0.75, gt=0, lt=1)  # from this likeness on a repeat is told


class RisingMatters(Group):
    least: int = Field(default=5, ge=2, le=1000)  # different callers within an hour
    chance: float = Field(default=1e-5, gt=0, le=0.05)  # that an ordinary hour brings as many


class Privacy(Group):
    days: int = Field(default=1095, ge=180, le=36500)  # after closing, until its words are erased
    supervised_days: int = Field(default=1825, ge=180, le=36500)  # supervised, or a 举报


class Settings(BaseSettings):
    """All there is to set; every name is explained in the README."""

    model_config = SettingsConfigDict(
        env_prefix="HOTLINE_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    database_url: str = "sqlite:///var/hotline.db"
    data: Path | None = None  # attachments, keys, caches; default beside the SQLite file
    city: str = "云溪市"
    boundaries: Path | None = None  # GeoJSON of the districts; default boundaries.geojson in `data`
    suite: Literal["intl", "sm"] = "intl"  # of the keys that a first start makes
    serve: Serve = Serve()
    limits: Limits = Limits()
    dispatch: Dispatch = Dispatch()
    watch: WatchSettings = WatchSettings()
    repeats: Repeats = Repeats()
    rising: RisingMatters = RisingMatters()
    privacy: Privacy = Privacy()
    oidc: Oidc = Oidc()
    mail: Mail = Mail()
    calls: Calls = Calls()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        path = os.environ.get("HOTLINE_CONFIG")
        if not path:
            return init_settings, env_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(path))

    @property
    def folder(self) -> Path:
        """Where attachments, keys and caches lie; the working directory never matters to them."""
        if self.data is not None:
            return self.data
        url = make_url(self.database_url)
        at_rest = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
        return Path(url.database or "").parent if at_rest else Path("var")

    @property
    def base_url(self) -> str:
        return self.serve.base_url or f"http://{self.serve.host}:{self.serve.port}"


def load(path: str | None = None) -> Settings:
    """The settings from `path` (else HOTLINE_CONFIG) and the environment; WrongSetting if wrong."""
    if path:
        os.environ["HOTLINE_CONFIG"] = path
    chosen = os.environ.get("HOTLINE_CONFIG")
    if chosen and not Path(chosen).is_file():
        raise WrongSetting(f"没有找到设置文件 {chosen} / no such settings file: {chosen}")
    try:
        settings = Settings()
    except ValidationError as error:
        raise WrongSetting(_one_line(error)) from None
    except ValueError as error:  # a TOML file that cannot be read
        raise WrongSetting(f"设置文件有误 / the settings file is wrong: {error}") from None
    _check(settings)
    return _anchored(settings, Path(chosen).resolve().parent if chosen else home())


def home() -> Path:
    """What relative paths count from without a settings file: the project, or the user's own place."""
    project = Path(__file__).resolve().parent.parent
    return project if (project / "pyproject.toml").is_file() else Path.home() / ".hotline"


def _anchored(settings: Settings, base: Path) -> Settings:
    """Absolute paths, so that the working directory never matters."""
    url = make_url(settings.database_url)
    changes: dict[str, object] = {}
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        path = base / str(url.database)
        changes["database_url"] = url.set(database=str(path)).render_as_string(hide_password=False)
        changes["data"] = base / settings.data if settings.data else path.parent
    else:
        changes["data"] = base / (settings.data or "var")
    if settings.boundaries is not None:
        changes["boundaries"] = base / settings.boundaries
    return settings.model_copy(update=changes)


def _one_line(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    name = "HOTLINE_" + "__".join(str(part).upper() for part in first["loc"])
    return f"设置 {name} 有误：{first['msg']} / wrong setting {name}: {first['msg']}"


def _check(settings: Settings) -> None:
    config_safe.check_signs(settings)
    config_ways.check(settings.mail, settings.calls)
    if settings.limits.public == "off" and settings.serve.host not in LOOPBACK:
        raise WrongSetting(
            "HOTLINE_LIMITS__PUBLIC=off 只允许绑定本机地址 / is allowed on loopback only"
        )
    try:
        backend = make_url(settings.database_url).get_backend_name()
    except ArgumentError:
        raise WrongSetting("HOTLINE_DATABASE_URL 不是有效的地址 / is no database URL") from None
    if backend not in ("sqlite", "postgresql"):
        wanted = "须为 sqlite 或 postgresql / must be sqlite or postgresql"
        raise WrongSetting(f"HOTLINE_DATABASE_URL {wanted}")
