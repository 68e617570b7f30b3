"""Everything one transaction can reach, by subject."""

from __future__ import annotations

from storage.attributes import Attributes
from storage.backup import Copies
from storage.ballots import Ballots
from storage.colleagues import Colleagues
from storage.consultations import Consultations
from storage.conversations import Conversations
from storage.database import Session
from storage.erasing import Erasure
from storage.inbox import Inbox
from storage.machinery import Audit, Instances, Invitations, Media, Settings
from storage.movements import Movements
from storage.outbox import Outbox
from storage.outcomes import Outcomes
from storage.panels import Panels
from storage.people import People
from storage.profiles import Profiles
from storage.proposals import Proposals
from storage.responses import Responses
from storage.retention import Retention
from storage.sortition import Sortitions
from storage.support import Support
from storage.timers import Timers
from storage.topics import Topics
from storage.translations import Translations
from storage.venues import Venues


class Store:
    """The stores of one transaction; whatever is written through them is committed or rolled back together."""

    def __init__(self, session: Session) -> None:
        self.inbox = Inbox(session)
        self.outbox = Outbox(session)
        self.timers = Timers(session)
        self.conversations = Conversations(session)
        self.people = People(session)
        self.attributes = Attributes(session)
        self.profiles = Profiles(session)
        self.movements = Movements(session)
        self.retention = Retention(session)
        self.support = Support(session)
        self.erasure = Erasure(session)
        self.copies = Copies(session)
        self.instances = Instances(session)
        self.settings = Settings(session)
        self.media = Media(session)
        self.audit = Audit(session)
        self.invitations = Invitations(session)
        self.panels = Panels(session)
        self.sortition = Sortitions(session)
        self.topics = Topics(session)
        self.colleagues = Colleagues(session)
        self.consultations = Consultations(session)
        self.responses = Responses(session)
        self.proposals = Proposals(session)
        self.ballots = Ballots(session)
        self.outcomes = Outcomes(session)
        self.venues = Venues(session)
        self.translations = Translations(session)
