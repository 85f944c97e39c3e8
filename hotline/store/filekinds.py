"""Kinds of files by their content, never by their name or by what the sender says; safe names."""

import filetype

ALLOWED = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/heic": (".heic", ".heif"),
    "image/bmp": (".bmp",),
    "application/pdf": (".pdf",),
    "video/mp4": (".mp4", ".m4v"),
    "video/quicktime": (".mov",),
    "audio/mpeg": (".mp3",),
    "audio/amr": (".amr",),
    "audio/x-wav": (".wav",),
    "audio/mp4": (".m4a",),
    "application/msword": (".doc",),
    "application/vnd.ms-excel": (".xls",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
}
UNKNOWN = "application/octet-stream"  # kept and downloaded, shown by nothing


def kind_of(body: bytes) -> str | None:
    """The kind, if it is one that a citizen may send; None: it is not."""
    guessed = filetype.guess(body)
    kind: str | None = guessed.mime if guessed else _text_kind(body)
    return kind if body and (kind in ALLOWED or kind == "text/plain") else None


def _text_kind(body: bytes) -> str | None:
    """Plain text in UTF-8 without anything that a browser would take for a page."""
    head = body[:1024].lower()
    if any(mark in head for mark in (b"<", b"\x00", b"#!", b"%!")):
        return None
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "text/plain"
