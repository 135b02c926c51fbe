"""The days' plans and the campaigns of spot checks in the database."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from models.domain.campaign import Campaign, from_json, to_json
from models.domain.commitment import DayPlan
from models.domain.errors import ForbiddenMove
from models.storage.statements import insert_or
from models.storage.tables import check_campaigns, check_days


class StoredPlans:
    """The part of CheckBook that is about plans and campaigns, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def commit_day(self, plan: DayPlan) -> DayPlan:
        self._connection.execute(
            insert_or(self._connection, check_days).on_conflict_do_nothing(index_elements=["day"]),
            asdict(plan),
        )
        return self._committed(plan.day)

    def day(self, day: date) -> DayPlan | None:
        query = select(check_days).where(check_days.c.day == day)
        row = self._connection.execute(query).first()
        return None if row is None else _day(row)

    def days(self, first: date, last: date) -> list[DayPlan]:
        query = select(check_days).where(check_days.c.day >= first, check_days.c.day <= last)
        return [_day(row) for row in self._connection.execute(query.order_by(check_days.c.day))]

    def unrevealed(self) -> list[DayPlan]:
        query = select(check_days).where(check_days.c.seed == "").order_by(check_days.c.day)
        return [_day(row) for row in self._connection.execute(query)]

    def first_day(self) -> date | None:
        found: date | None = self._connection.execute(select(func.min(check_days.c.day))).scalar()
        return found

    def give_nonce(self, day: date, nonce: str, by: str, at: datetime) -> DayPlan:
        moved = self._connection.execute(
            update(check_days)
            .where(check_days.c.day == day, check_days.c.nonce == "")
            .values(nonce=nonce, nonce_by=by, nonce_at=at)
        )
        if moved.rowcount != 1:
            raise ForbiddenMove(
                f"{day} 的计划尚未公布承诺,或已有随机数。",
                f"the plan of {day} is not committed yet, or has its nonce.",
                where=str(day),
            )
        return self._committed(day)

    def reveal_day(self, day: date, seed: str, at: datetime) -> DayPlan:
        moved = self._connection.execute(
            update(check_days)
            .where(check_days.c.day == day, check_days.c.nonce != "", check_days.c.seed == "")
            .values(seed=seed, revealed_at=at)
        )
        if moved.rowcount != 1:
            raise ForbiddenMove(
                f"{day} 的计划没有随机数,或已经公开。",
                f"the plan of {day} has no nonce, or is revealed.",
                where=str(day),
            )
        return self._committed(day)

    def _committed(self, day: date) -> DayPlan:
        found = self.day(day)
        assert found is not None  # noqa: S101  it was just written
        return found

    def put_campaign(self, campaign: Campaign, at: datetime) -> Campaign:
        newest = self.campaign(campaign.id)
        if newest is not None and to_json(newest) == to_json(campaign):
            return newest
        version = 1 if newest is None else newest.version + 1
        self._connection.execute(
            check_campaigns.insert(),
            {
                "id": campaign.id,
                "version": version,
                "content": to_json(campaign),
                "at": at,
                "by": campaign.by,
                "reason": campaign.reason,
            },
        )
        return self.campaign_versions(campaign.id)[-1]

    def campaign(self, campaign_id: str) -> Campaign | None:
        versions = self.campaign_versions(campaign_id)
        return versions[-1] if versions else None

    def campaigns(self, *, before: datetime | None = None) -> list[Campaign]:
        newest: dict[str, Campaign] = {}
        columns = check_campaigns.c
        query = select(check_campaigns)
        if before is not None:
            query = query.where(columns.at < before)
        for row in self._connection.execute(query.order_by(columns.id, columns.version)):
            newest[row.id] = _campaign(row)
        return list(newest.values())

    def campaign_versions(self, campaign_id: str) -> list[Campaign]:
        query = select(check_campaigns).where(check_campaigns.c.id == campaign_id)
        found = self._connection.execute(query.order_by(check_campaigns.c.version))
        return [_campaign(row) for row in found]


def _day(row: Row[Any]) -> DayPlan:
    return DayPlan(**row._mapping)


def _campaign(row: Row[Any]) -> Campaign:
    values = dict(row._mapping)
    return from_json(values.pop("content"), **values)
