"""Panels chosen by lot, on both databases: the pool, a draw's way from promise to record, and seats offered once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.database import Database, opened
from storage.panels import Term
from storage.sortition import Draw, SeatQuota, Sortition, Told, commitment_to
from storage.store import Store
from tests.peers import VAULT

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=730)
ENDS = NOW + timedelta(days=180)
TOLD = Told("a" * 64, 0.25, 0.5, 0.25, 0.25, 0)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url, VAULT) as database:
        yield database


async def begun(store: Store, people: int) -> tuple[str, list[str], list[str]]:
    """A panel, its two members of staff, and so many people in its pool."""
    staff = [(await store.people.add(900 + n, "staff", "en", NOW))[0].id for n in range(2)]
    panel = await store.panels.add("Voices", "Living here", 18, 12, staff[0], NOW, kind="drawn")
    assert panel is not None
    await store.sortition.save(Sortition(panel))
    pool = []
    for number in range(people):
        person = (await store.people.add(number + 1, "citizen", "en", NOW))[0].id
        await store.profiles.save(person, {"age": "old" if number % 2 else "young"}, NOW)
        await store.sortition.express(panel, person, NOW)
        pool.append(person)
    await store.sortition.open_draw(panel, "a secret", NOW)
    return panel, staff, pool


async def current(store: Store, panel: str) -> Draw:
    draw = await store.sortition.current_draw(panel)
    assert draw is not None
    return draw


async def test_settings_and_quotas_are_kept(database: Database) -> None:
    async def job(store: Store) -> None:
        panel, _staff, _pool = await begun(store, 0)
        changed = Sortition(panel, tolerance=20, cap=75, by_itself=True, next_renewal_at=ENDS)
        await store.sortition.save(changed)
        assert await store.sortition.load(panel) == changed
        quotas = [SeatQuota("age", "young", 3, 6), SeatQuota("age", "old", 4, 8)]
        await store.sortition.set_quotas(panel, [SeatQuota("area", "north", 1, 1)])
        await store.sortition.set_quotas(panel, quotas)
        assert await store.sortition.quotas(panel) == quotas
        loaded = await store.panels.load(panel)
        assert loaded is not None
        assert loaded.kind == "drawn"

    await database.write(job)


async def test_the_pool_is_who_can_be_drawn(database: Database) -> None:
    async def job(store: Store) -> None:
        panel, _staff, (ana, ben, cerys, dai, eve) = await begun(store, 5)
        assert not await store.sortition.express(panel, ana, NOW)
        await store.panels.serve(panel, ben, Term(1, ENDS), NOW)
        await store.people.set_stopped(cerys, True)
        assert await store.sortition.withdraw(panel, dai)
        assert [one.person_id for one in await store.sortition.pool(panel, LONG_AGO, one_per_home=False)] == [ana, eve]
        (first, _second) = await store.sortition.pool(panel, LONG_AGO, one_per_home=False)
        assert (first.profile, first.chance) == ({"age": "young"}, 0.0)
        assert [one.person_id for one in await store.sortition.members(panel)] == [ben]
        assert await store.sortition.interests_of(ana) == [panel]

    await database.write(job)


async def test_whoever_has_served_rests(database: Database) -> None:
    async def job(store: Store) -> None:
        panel, _staff, (ana,) = await begun(store, 1)
        place = await store.panels.serve(panel, ana, Term(1, ENDS), NOW)
        assert place is not None
        await store.panels.finish(place, "completed", ENDS)
        assert await store.sortition.pool(panel, ENDS - timedelta(days=1), one_per_home=False) == []
        assert len(await store.sortition.pool(panel, ENDS + timedelta(days=1), one_per_home=False)) == 1

    await database.write(job)


async def test_chances_add_up_for_whoever_is_drawn_declines_or_leaves_the_pool(database: Database) -> None:
    async def job(store: Store) -> None:
        panel, _staff, (ana, ben) = await begun(store, 2)
        for _draw in range(2):
            await store.sortition.remember_chances(panel, {ana: 0.25, ben: 0.5})
        await store.sortition.withdraw(panel, ben)
        await store.sortition.express(panel, ben, NOW)
        assert [one.chance for one in await store.sortition.pool(panel, LONG_AGO, one_per_home=False)] == [0.5, 1.0]

    await database.write(job)


async def test_a_draw_is_promised_frozen_and_decided_by_two_members_of_staff(database: Database) -> None:
    async def job(store: Store) -> None:
        panel, (olga, omar), (ana, ben) = await begun(store, 2)
        await store.sortition.open_draw(panel, "another secret", NOW)
        draw = await current(store, panel)
        assert draw.commitment == commitment_to("a secret")
        assert not await store.sortition.propose_seed(draw.id, "42", olga), "the pool is still open"
        assert await store.sortition.seal(draw.id, "{}", "digest", {ana: "p1", ben: "p2"}, NOW, source="the lottery")
        assert not await store.sortition.seal(draw.id, "{}", "other", {}, NOW)
        assert not await store.sortition.propose_seed(draw.id, "42", olga), "there is no lottery yet to pick from"
        frozen = await store.sortition.claim_lottery(NOW, NOW + timedelta(minutes=5))
        assert frozen is not None
        assert await store.sortition.claim_lottery(NOW, NOW + timedelta(minutes=5)) is None
        assert await store.sortition.set_progress(frozen, "2 0.50", NOW + timedelta(minutes=7))
        assert await store.sortition.claim_lottery(NOW + timedelta(minutes=6), NOW) is None, "somebody is still at it"
        assert await store.sortition.keep_lottery(frozen, '{"lottery": []}', TOLD)
        assert not await store.sortition.set_progress(frozen, "3 0.95", NOW), "it is worked out"
        assert not await store.sortition.keep_lottery(frozen, "{}", replace(TOLD, sha256="b" * 64)), "there is one"
        assert (await current(store, panel)).told == TOLD
        assert not await store.sortition.reveal(draw.id), "another number was announced"
        assert await store.sortition.propose_seed(draw.id, "42", olga)
        assert not await store.sortition.confirm_seed(draw.id, "42", olga), "nobody confirms their own number"
        assert not await store.sortition.confirm_seed(draw.id, "43", omar), "only the very number"
        assert await store.sortition.confirm_seed(draw.id, "42", omar)
        assert not await store.sortition.unseal(draw.id), "it is being drawn"
        assert await store.sortition.people_of(draw.id) == {"p1": ana, "p2": ben}
        claimed = await store.sortition.claim_pick(NOW, NOW + timedelta(minutes=5))
        assert claimed is not None
        assert await store.sortition.claim_pick(NOW, NOW + timedelta(minutes=5)) is None
        assert await store.sortition.claim_pick(NOW + timedelta(minutes=6), NOW + timedelta(minutes=9)) is not None
        assert await store.sortition.lottery(draw.id) == '{"lottery": []}'
        assert await store.sortition.finish(draw.id, "{}", NOW)
        assert await store.sortition.lottery(draw.id) is None, "the record has it"
        assert not await store.sortition.fail(claimed, "too late", NOW)
        await store.sortition.open_draw(panel, "a third secret", NOW)
        assert (await current(store, panel)).known_sources == ["the lottery"], "that number is known for good"
        await store.sortition.seal((await current(store, panel)).id, "{}", "other", {}, NOW, source="the index")
        failed = await current(store, panel)
        assert await store.sortition.fail(failed, "it cannot be", NOW)
        assert await store.sortition.current_draw(panel) is None
        assert [one.state for one in await store.sortition.draws(panel, 5)] == ["failed", "drawn"]

    await database.write(job)


async def test_a_frozen_pool_can_be_opened_again_and_the_promise_revealed(database: Database) -> None:
    async def job(store: Store) -> None:
        panel, (olga, _omar), (ana,) = await begun(store, 1)
        draw = await current(store, panel)
        await store.sortition.seal(draw.id, "{}", "digest", {ana: "p1"}, NOW)
        assert await store.sortition.unseal(draw.id)
        assert await store.sortition.people_of(draw.id) == {}
        for source, seed in (("the lottery", "4 8 15"), ("the index", "42"), ("never typed", None)):
            assert await store.sortition.seal(draw.id, "{}", "digest", {}, NOW, source=source)
            await store.sortition.keep_lottery(await current(store, panel), "{}", TOLD)
            assert seed is None or await store.sortition.propose_seed(draw.id, seed, olga)
            assert await store.sortition.unseal(draw.id)
        assert (await current(store, panel)).known_sources == ["the lottery", "the index"]
        before = await current(store, panel)
        await store.sortition.seal(draw.id, "{}", "new digest", {ana: "p9"}, NOW)
        assert not await store.sortition.reveal(draw.id), "there is no lottery of this pool yet"
        assert not await store.sortition.keep_lottery(replace(before, digest="digest"), "{}", TOLD), "of another pool"
        assert not await store.sortition.fail(replace(before, digest="digest"), "of another pool", NOW)
        await store.sortition.keep_lottery(await current(store, panel), "{}", TOLD)
        assert await store.sortition.reveal(draw.id)
        drawn = await store.sortition.draw(draw.id)
        assert drawn is not None
        assert (drawn.state, drawn.seed) == ("drawing", "a secret")

    await database.write(job)


async def test_a_seat_is_offered_and_answered_once(database: Database) -> None:
    async def job(store: Store) -> None:
        panel, _staff, (ana, ben, cerys) = await begun(store, 3)
        draw = await current(store, panel)
        await store.sortition.add_offers(draw, [ana], [cerys, ben])
        first, second, third = await store.sortition.offers(draw.id)
        assert [(one.person_id, one.place) for one in (first, second, third)] == [(ana, 0), (cerys, 1), (ben, 2)]
        assert not await store.sortition.answer(first.id, "accepted"), "it is not offered yet"
        assert await store.sortition.offer(first.id, ENDS, NOW + timedelta(days=7))
        assert not await store.sortition.offer(first.id, ENDS, NOW)
        offered = await store.sortition.offer_to(panel, ana)
        assert offered is not None
        assert offered == replace(first, state="offered", term_ends_at=ENDS, lapses_at=NOW + timedelta(days=7))
        assert ana not in [one.person_id for one in await store.sortition.pool(panel, LONG_AGO, one_per_home=False)]
        assert await store.sortition.answer(first.id, "accepted")
        assert not await store.sortition.answer(first.id, "lapsed")
        assert await store.sortition.seat(first.id)
        assert not await store.sortition.seat(first.id)
        assert not await store.sortition.stand_first(first.id, -1), "only who has given a seat away"
        assert await store.sortition.first_end(panel, ana) == ENDS
        assert await store.sortition.first_end(panel, ben) is None
        assert await store.sortition.offer(second.id, ENDS, NOW + timedelta(days=7))
        assert await store.sortition.answer(second.id, "declined")
        assert await store.sortition.stand_first(third.id, -1) is False
        assert await store.sortition.stand_first(second.id, -1)
        found = await store.sortition.offers(draw.id)
        assert [(one.person_id, one.state) for one in found] == [(cerys, "next"), (ana, "seated"), (ben, "next")]

    await database.write(job)


async def test_two_members_of_staff_freeze_a_pool_once(database: Database) -> None:
    panel, _staff, _pool = await database.write(lambda store: begun(store, 2))
    draw = await database.write(lambda store: current(store, panel))

    async def seal() -> bool:
        return await database.write(lambda store: store.sortition.seal(draw.id, "{}", "digest", {}, NOW))

    assert sorted(await asyncio.gather(seal(), seal(), seal())) == [False, False, True]


async def test_whoever_is_erased_leaves_pool_draw_and_seat(database: Database) -> None:
    panel, _staff, (ana, ben) = await database.write(lambda store: begun(store, 2))

    async def sealed(store: Store) -> str:
        draw = await current(store, panel)
        await store.sortition.seal(draw.id, "{}", "digest", {ana: "p1", ben: "p2"}, NOW)
        await store.sortition.add_offers(draw, [ana], [ben])
        held = await store.erasure.held(ana)
        assert [row["pseudonym"] for row in held["draws"]] == ["p1"]
        assert (len(held["pools"]), len(held["seats_offered"])) == (1, 1)
        await store.erasure.erase(ana)
        return draw.id

    draw_id = await database.write(sealed)

    async def left(store: Store) -> None:
        assert await store.sortition.people_of(draw_id) == {"p2": ben}
        assert [one.person_id for one in await store.sortition.offers(draw_id)] == [ben]

    await database.write(left)


async def round_of(store: Store, panel: str, officer: str, number: int) -> str:
    id = await store.consultations.add(panel, f"Round {number}", officer, NOW)
    at = NOW + timedelta(days=number)
    await store.consultations.change(id, "closes_at", at)
    await store.consultations.change(id, "decides_on", at.date())
    await store.consultations.change(id, "report_by", at.date())
    await store.consultations.open(id, at)
    return id


async def test_rounds_without_an_answer_are_counted_from_the_latest_back(database: Database) -> None:
    async def job(store: Store) -> None:
        panel, (olga, _omar), (ana,) = await begun(store, 1)
        for number, answered in enumerate([True, False, False]):
            id, at = await round_of(store, panel, olga, number), NOW + timedelta(days=number)
            await store.responses.invite(id, [ana], at)
            response = await store.responses.find(id, ana)
            assert response is not None
            if answered:
                await store.responses.finish(response.id, at)
            await store.consultations.close(id, at)
        assert await store.sortition.rounds_missed(panel, ana, NOW, 3) == 2
        assert await store.sortition.rounds_missed(panel, ana, NOW, 1) == 1

    await database.write(job)


async def test_rounds_of_a_holiday_are_not_missed(database: Database) -> None:
    """Asked before it and still open, asked during it, and asked afterwards."""

    async def job(store: Store) -> int:
        panel, (olga, _omar), (ana,) = await begun(store, 1)
        before, during, after = [await round_of(store, panel, olga, number) for number in range(3)]
        await store.responses.invite(before, [ana], NOW)
        await store.people.pause(ana, NOW + timedelta(days=30))
        await store.consultations.close(before, NOW)
        await store.responses.invite(during, [ana], NOW)
        await store.consultations.close(during, NOW)
        await store.people.set_stopped(ana, False)
        await store.responses.invite(after, [ana], NOW)
        await store.consultations.close(after, NOW)
        return await store.sortition.rounds_missed(panel, ana, NOW, 3)

    assert await database.write(job) == 1


async def test_a_home_that_is_shared_later_brings_along_whoever_shared_one_before(database: Database) -> None:
    async def job(store: Store) -> None:
        panel, _staff, (ana, ben, cerys) = await begun(store, 3)
        await store.sortition.share_home(panel, ana, "rosehill")
        await store.sortition.share_home(panel, ben, "the mill")
        await store.sortition.share_home(panel, cerys, "the mill")
        assert [await store.sortition.home_of(panel, one) for one in (ana, ben, cerys)] == [
            "rosehill",
            "the mill",
            "the mill",
        ]
        await store.sortition.share_home(panel, ben, "rosehill")
        pool = await store.sortition.pool(panel, LONG_AGO, one_per_home=True)
        assert {one.person_id: one.home for one in pool} == dict.fromkeys((ana, ben, cerys), "rosehill")

    await database.write(job)


async def test_whose_home_is_offered_a_seat_or_serves_cannot_be_drawn(database: Database) -> None:
    async def job(store: Store) -> None:
        panel, _staff, (ana, ben, cerys) = await begun(store, 3)
        for person in (ana, ben):
            await store.sortition.withdraw(panel, person)
            await store.sortition.express(panel, person, NOW, "rosehill")
        assert await store.sortition.panel_of_home("rosehill") == panel
        assert await store.sortition.panel_of_home("nowhere") is None
        pool = await store.sortition.pool(panel, LONG_AGO, one_per_home=True)
        assert {one.person_id: one.home for one in pool} == {ana: "rosehill", ben: "rosehill", cerys: ""}

        async def drawable() -> list[str]:
            return [one.person_id for one in await store.sortition.pool(panel, LONG_AGO, one_per_home=True)]

        await store.sortition.add_offers(await current(store, panel), [ana], [])
        (offer,) = await store.sortition.offers((await current(store, panel)).id)
        assert await drawable() == [ana, ben, cerys], "nobody has been asked yet"
        assert await store.sortition.offer(offer.id, ENDS, NOW)
        assert await drawable() == [cerys]
        await store.sortition.withdraw(panel, ana)
        assert await drawable() == [cerys], "whose home it is stays known when they leave the pool before they sit"
        assert await store.sortition.answer(offer.id, "accepted")
        assert await drawable() == [cerys]
        kept = await store.sortition.load_offer(offer.id)
        assert kept is not None
        assert kept.home == "rosehill", "for the seat they will take"
        place = await store.panels.serve(panel, ana, Term(1, ENDS), NOW, "rosehill")
        await store.sortition.seat(offer.id)
        assert place is not None
        assert await drawable() == [cerys]
        await store.sortition.withdraw(panel, ben)
        assert await store.sortition.panel_of_home("rosehill") == panel, "the link still leads there"
        await store.sortition.express(panel, ben, NOW, "rosehill")
        together = await store.sortition.pool(panel, LONG_AGO, one_per_home=False)
        assert {one.person_id: one.home for one in together} == {ben: "", cerys: ""}
        await store.panels.finish(place, "completed", ENDS)
        assert await drawable() == [ben, cerys]
        await store.sortition.add_offers(await current(store, panel), [cerys, ben], [])
        theirs = [one for one in await store.sortition.offers(offer.draw_id) if one.person_id == ben]
        await store.sortition.offer(theirs[0].id, ENDS, NOW)
        await store.sortition.withdraw(panel, ben)
        assert await store.sortition.answer(theirs[0].id, "declined")
        assert await store.sortition.panel_of_home("rosehill") is None, "nothing is kept of a seat given away"

    await database.write(job)
