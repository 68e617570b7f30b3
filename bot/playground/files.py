"""Files in the playground: what Telegram says about each, and how large a picture is."""

from __future__ import annotations

import mimetypes
import secrets
import struct
from dataclasses import dataclass
from typing import Any

from bot.playground.refusals import bad_request
from bot.playground.specification import Upload

LARGEST_PHOTO = 10 * 1024 * 1024
LARGEST_FILE = 50 * 1024 * 1024
LARGEST_DOWNLOAD = 20 * 1024 * 1024
LARGEST_SIDES = 10_000
LARGEST_RATIO = 20

JPEG_SIZES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`kind` is photo, document, voice or sticker; a photo's sides are in pixels."""

    id: str
    unique_id: str
    path: str
    kind: str
    name: str
    mime: str
    data: bytes
    width: int | None = None
    height: int | None = None

    def for_bot(self) -> dict[str, Any] | list[dict[str, Any]]:
        """As the field of a Message named for the file's kind; a photo is a list of its sizes."""
        told: dict[str, Any] = {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": len(self.data)}
        match self.kind:
            case "photo":
                return [{**told, "width": self.width, "height": self.height}]
            case "voice":
                return {**told, "duration": 1, "mime_type": self.mime}
            case "sticker":
                sides = {"width": self.width or 512, "height": self.height or 512}
                return {**told, **sides, "type": "regular", "is_animated": False, "is_video": False}
        return {**told, "file_name": self.name, "mime_type": self.mime}

    def for_page(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "mime": self.mime,
            "width": self.width,
            "height": self.height,
            "size": len(self.data),
        }


def stored(kind: str, upload: Upload) -> StoredFile:
    """A new file. Raises Refusal for what Telegram would not take as such."""
    if not upload.data:
        raise bad_request("file must be non-empty")
    if len(upload.data) > (LARGEST_PHOTO if kind == "photo" else LARGEST_FILE):
        raise bad_request("file is too big")
    sides = sides_of(upload.data)
    if kind == "photo":
        if sides is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        if sum(sides) > LARGEST_SIDES or max(sides) > LARGEST_RATIO * min(sides):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
    width, height = sides or (None, None)
    mime = _mime(upload)
    suffix = mimetypes.guess_extension(mime) or ".bin"
    unique = secrets.token_urlsafe(9)
    return StoredFile(
        id=f"{kind}-{secrets.token_urlsafe(24)}",
        unique_id=unique,
        path=f"{kind}s/{unique}{suffix}",
        kind=kind,
        name=upload.name or f"{kind}{suffix}",
        mime=mime,
        data=upload.data,
        width=width,
        height=height,
    )


def _mime(upload: Upload) -> str:
    if upload.mime and upload.mime != "application/octet-stream":
        return upload.mime.partition(";")[0]
    return mimetypes.guess_type(upload.name)[0] or "application/octet-stream"


def sides_of(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels, from the head of a PNG, GIF, JPEG or WebP; None for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
    elif data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
    elif data.startswith(b"\xff\xd8"):
        width, height = _jpeg_sides(data)
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP" and len(data) >= 30:
        width, height = _webp_sides(data)
    else:
        return None
    return (width, height) if width and height else None


def _webp_sides(data: bytes) -> tuple[int, int]:
    match data[12:16]:
        case b"VP8 ":
            width, height = struct.unpack("<HH", data[26:30])
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    return 0, 0


def _jpeg_sides(data: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in JPEG_SIZES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return 0, 0
