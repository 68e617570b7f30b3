"""Panels."""

from __future__ import annotations

from storage.database import Session


class Panels:
    def __init__(self, session: Session) -> None:
        self._session = session
