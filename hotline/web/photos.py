"""Photos as they are kept: without the place, device and time that a telephone writes into them."""

import io
import warnings
from typing import Any

from PIL import Image, UnidentifiedImageError
from PIL.ExifTags import GPS, IFD, Base

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
MARKS = (b"Exif\0\0", b"eXIf", b"ns.adobe.com/xap", b"EXIF", b"XMP ")
MOST_PIXELS = 120_000_000  # a telephone's largest; what is larger was made to fill the memory


class NoPhoto(Exception):
    """It cannot be freed of what describes it, or is too large to be a photo."""


def bare(body: bytes, kind: str) -> bytes:
    """The same picture without what describes it; turned as before, in the same quality.

    A picture that carries nothing stays as it is, byte for byte.
    """
    wanted = FORMATS.get(kind)
    if wanted is None:
        return body
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # sizes are checked below, by our own number
            return _bare(body, wanted)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        # A broken picture may still be evidence; but not with a place in it that stays.
        if any(mark in body for mark in MARKS):
            raise NoPhoto(str(error)) from None
        return body
    except Image.DecompressionBombError as error:
        raise NoPhoto(str(error)) from None


def position(body: bytes, kind: str) -> tuple[float, float] | None:
    """Where a photo says it was taken (lon, lat; a camera's GPS tells WGS-84), None where it does not."""
    wanted = FORMATS.get(kind)
    if wanted is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(body), formats=[wanted]) as picture:
                told = picture.getexif().get_ifd(IFD.GPSInfo)
        lat = _degrees(told[GPS.GPSLatitude], told.get(GPS.GPSLatitudeRef) == "S")
        lon = _degrees(told[GPS.GPSLongitude], told.get(GPS.GPSLongitudeRef) == "W")
    except Exception:  # whatever a camera wrote there: it is no place that we could use
        return None
    sensible = -180 <= lon <= 180 and -90 <= lat <= 90 and (lon, lat) != (0, 0)
    return (round(lon, 6), round(lat, 6)) if sensible else None


def _degrees(told: Any, negative: bool) -> float:
    degrees, minutes, seconds = (float(one) for one in told)
    found = degrees + minutes / 60 + seconds / 3600
    return -found if negative else found


def _bare(body: bytes, wanted: str) -> bytes:
    with Image.open(io.BytesIO(body), formats=[wanted]) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise NoPhoto(f"{picture.width} x {picture.height} pixels")
        turned = picture.getexif().get(Base.Orientation)
        if not _tells(picture):
            picture.load()  # what is cut short is found now, not by who opens it
            return body
        options = _options(picture, wanted, turned)
        out = io.BytesIO()
        picture.save(out, wanted, **options)
    return out.getvalue()


def _tells(picture: Image.Image) -> bool:
    """Anything beside the pixels: EXIF, XMP, IPTC, comments, text."""
    told = {"exif", "xmp", "photoshop", "comment", "XML:com.adobe.xmp", "Raw profile type exif"}
    return bool(picture.getexif() or told & set(picture.info) or getattr(picture, "text", None))


def _options(picture: Image.Image, wanted: str, turned: int | None) -> dict[str, object]:
    kept = Image.Exif()
    if turned:
        kept[Base.Orientation] = turned
    options: dict[str, object] = {"exif": kept.tobytes() if turned else b""}
    if "icc_profile" in picture.info:
        options["icc_profile"] = picture.info["icc_profile"]
    if wanted == "JPEG":
        options |= {"quality": "keep", "comment": b"", "xmp": b""}
        picture.info.pop("comment", None)
    elif wanted == "WEBP":
        options |= {
            "quality": 95,
            "method": 4,
            "xmp": b"",
            "save_all": getattr(picture, "is_animated", False),
        }
    return options
