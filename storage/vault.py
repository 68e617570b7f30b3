"""Sealing: what is kept about people can be read only with a key, and each person's only with theirs.

The organisation's key (FOLKMOOT_KEY) seals what belongs to nobody in particular and each person's data key; the data
key seals what is kept about that person. Destroying the data key makes every copy of it unreadable, old backups
included. Telegram ids are found by a keyed hash. AES-GCM with 128-bit keys (NIST SP 800-38D), HMAC-SHA-256
(RFC 2104), keyed BLAKE2b (RFC 7693) where very many names are hashed, and scrypt (RFC 7914) from the words of
FOLKMOOT_KEY to key material.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Sequence
from functools import cache
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
KEY = 16


class Unreadable(Exception):
    """Sealed with another key, or changed since."""


def padded(text: str, to: int) -> str:
    """JSON with blanks after it to a multiple of so many bytes, so that what is sealed does not show by its length
    what was said."""
    return text + " " * (-len(text.encode()) % to)


class Box(Protocol):
    """Seals words and opens them again."""

    def seal(self, words: str) -> str: ...

    def open(self, sealed: str) -> str:
        """Raises Unreadable."""
        ...


class OpenBox:
    """For somebody who has decided to keep everything readable: nothing is sealed."""

    def seal(self, words: str) -> str:
        return words

    def open(self, sealed: str) -> str:
        return sealed


class SealedBox:
    """One AES-GCM key. What it seals is base64 of nonce and ciphertext."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, words: str) -> str:
        nonce = os.urandom(NONCE)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, words.encode(), None)).decode()

    def open(self, sealed: str) -> str:
        try:
            found = binascii.a2b_base64(sealed, strict_mode=True)
            return self._cipher.decrypt(found[:NONCE], found[NONCE:], None).decode()
        except (InvalidTag, ValueError) as problem:
            raise Unreadable("sealed with another key, or changed since") from problem


class TwofoldBox:
    """What the inner box sealed is sealed again by the outer: only with both keys does anybody open it, and without the
    outer nobody can try which inner one fits."""

    def __init__(self, outer: Box, inner: Box) -> None:
        self._outer, self._inner = outer, inner

    def seal(self, words: str) -> str:
        return self._outer.seal(self._inner.seal(words))

    def open(self, sealed: str) -> str:
        return self._inner.open(self._outer.open(sealed))


OPEN = OpenBox()


class PanelKey:
    """What links the answers given in a panel to people: it names their sheets, and seals their words once more.

    None where nothing is sealed: then every name is its own.
    """

    def __init__(self, key: bytes | None) -> None:
        self._key = key
        self.box: Box = OPEN
        if key is not None:
            self.box = SealedBox(hashlib.blake2b(key=key, person=b"words", digest_size=KEY).digest())

    def name(self, response_id: str) -> str:
        """Of the sheet of a response: steady, and says nothing about the response."""
        if self._key is None:
            return response_id
        return hashlib.blake2b(response_id.encode(), key=self._key, digest_size=16).hexdigest()

    def over(self, box: Box) -> Box:
        """The box of somebody's words on their sheet; `box` is their own."""
        return TwofoldBox(self.box, box)


class Vault:
    """The organisation's keys: the first seals, the others only open what they sealed once. None: nothing is sealed.

    `house` is the box of the organisation itself; `fingerprint` says which key sealed a database, and is empty where
    nothing is sealed.
    """

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        self.sealing = bool(secrets)
        self.house: Box = OPEN
        self.fingerprint = ""
        self._hashing = b""
        self._older = tuple(secrets[1:])
        if secrets:
            material = _material(secrets[0])
            self.house = SealedBox(material[:KEY])
            self._hashing = material[KEY:]
            self.fingerprint = hmac.digest(self._hashing, b"fingerprint", "sha256").hex()[:16]

    def older(self) -> list[Vault]:
        """The vaults of the keys used before."""
        return [Vault([secret]) for secret in self._older]

    def veil(self, name: str) -> str:
        """A keyed hash: the same for the same name, and says nothing about it."""
        return hmac.digest(self._hashing, name.encode(), "sha256").hex()[:40] if self.sealing else name

    def panel_key(self, sealed: str | None) -> PanelKey | None:
        """None once it is destroyed. Raises Unreadable."""
        if not self.sealing:
            return PanelKey(None)
        return PanelKey(base64.b64decode(self.house.open(sealed))) if sealed else None

    def new_data_key(self) -> str:
        """A key of a person or panel, sealed; empty where nothing is sealed."""
        return self.house.seal(base64.b64encode(AESGCM.generate_key(KEY * 8)).decode()) if self.sealing else ""

    def box(self, sealed_key: str) -> Box:
        """The box of the person with this data key. Raises Unreadable."""
        return SealedBox(base64.b64decode(self.house.open(sealed_key))) if self.sealing else OPEN


@cache
def _material(secret: str) -> bytes:
    """Key material from the words of a secret: slow on purpose, for somebody may have chosen a guessable one."""
    return hashlib.scrypt(secret.encode(), salt=b"folkmoot", n=2**14, r=8, p=1, dklen=KEY + 32)
