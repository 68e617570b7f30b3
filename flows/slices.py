"""All conversations, in the order their commands stand in the menu."""

from __future__ import annotations

from flows.outcomes import citizen as outcomes_citizen
from flows.outcomes import due as outcomes_due
from flows.outcomes import staff as outcomes_staff
from flows.panels import announcing as panels_announcing
from flows.panels import citizen as panels_citizen
from flows.panels import due as panels_due
from flows.panels import limiting as panels_limiting
from flows.panels import mirroring as panels_mirroring
from flows.panels import staff as panels_staff
from flows.panels.sortition import ceremony as sortition_ceremony
from flows.panels.sortition import checking as sortition_checking
from flows.panels.sortition import citizen as sortition_citizen
from flows.panels.sortition import due as sortition_due
from flows.panels.sortition import founding as sortition_founding
from flows.panels.sortition import officer as sortition_officer
from flows.panels.sortition import quota_file as sortition_quota_file
from flows.people import adding as people_adding
from flows.people import attributes as people_attributes
from flows.people import due as people_due
from flows.people import handing_in as people_handing_in
from flows.people import staff as people_staff
from flows.privacy import citizen as privacy_citizen
from flows.privacy import due as privacy_due
from flows.privacy import pausing as privacy_pausing
from flows.profile import citizen as profile_citizen
from flows.profile import needs as profile_needs
from flows.retention import due as retention_due
from flows.retention import staff as retention_staff
from flows.router import Router
from flows.staff import my_name as staff_my_name
from flows.staff import staff as staff_staff
from flows.support import citizen as support_citizen
from flows.support import interviews as support_interviews
from flows.support import staff as support_staff
from flows.surveys import anonymity as surveys_anonymity
from flows.surveys import citizen as surveys_citizen
from flows.surveys import colleagues as surveys_colleagues
from flows.surveys import download as surveys_download
from flows.surveys import drafts as surveys_drafts
from flows.surveys import due as surveys_due
from flows.surveys import entering as surveys_entering
from flows.surveys import guest as surveys_guest
from flows.surveys import importing as surveys_importing
from flows.surveys import listening as surveys_listening
from flows.surveys import named as surveys_named
from flows.surveys import not_now as surveys_not_now
from flows.surveys import only_if as surveys_only_if
from flows.surveys import questions as surveys_questions
from flows.surveys import reading as surveys_reading
from flows.surveys import revising as surveys_revising
from flows.surveys import shaping as surveys_shaping
from flows.surveys import so_far as surveys_so_far
from flows.surveys import staff as surveys_staff
from flows.surveys import trying as surveys_trying
from flows.surveys import who_answered as surveys_who_answered
from flows.surveys import wishes as surveys_wishes
from flows.topics import citizen as topics_citizen
from flows.topics import due as topics_due
from flows.topics import staff as topics_staff
from flows.topics import writing_down as topics_writing_down
from flows.translating import staff as translating_staff
from flows.venues import citizen as venues_citizen
from flows.venues import posters as venues_posters
from flows.venues import staff as venues_staff
from flows.welcome import citizen as welcome_citizen

ROUTER = Router(
    [
        welcome_citizen.flow,
        panels_citizen.flow,
        panels_staff.flow,
        panels_limiting.flow,
        panels_mirroring.flow,
        panels_announcing.flow,
        sortition_citizen.flow,
        sortition_checking.flow,
        sortition_officer.flow,
        sortition_founding.flow,
        sortition_quota_file.flow,
        sortition_ceremony.flow,
        sortition_due.flow,
        panels_due.flow,
        topics_citizen.flow,
        topics_staff.flow,
        topics_writing_down.flow,
        topics_due.flow,
        surveys_citizen.flow,
        surveys_drafts.flow,
        surveys_anonymity.flow,
        surveys_staff.flow,
        surveys_questions.flow,
        surveys_only_if.flow,
        surveys_importing.flow,
        surveys_listening.flow,
        surveys_named.flow,
        surveys_reading.flow,
        surveys_so_far.flow,
        surveys_shaping.flow,
        surveys_revising.flow,
        surveys_wishes.flow,
        surveys_not_now.flow,
        surveys_colleagues.flow,
        surveys_trying.flow,
        surveys_due.flow,
        surveys_download.flow,
        surveys_who_answered.flow,
        surveys_guest.flow,
        surveys_entering.flow,
        outcomes_citizen.flow,
        outcomes_staff.flow,
        outcomes_due.flow,
        translating_staff.flow,
        profile_citizen.flow,
        profile_needs.flow,
        privacy_citizen.flow,
        privacy_pausing.flow,
        privacy_due.flow,
        venues_citizen.flow,
        venues_staff.flow,
        venues_posters.flow,
        people_staff.flow,
        people_attributes.flow,
        people_adding.flow,
        people_handing_in.flow,
        people_due.flow,
        retention_staff.flow,
        support_citizen.flow,
        support_staff.flow,
        support_interviews.flow,
        retention_due.flow,
        staff_staff.flow,
        staff_my_name.flow,
    ]
)
