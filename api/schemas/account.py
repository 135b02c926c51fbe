"""Sessions, accounts (账号) and tokens (接口令牌) as calls carry them; no secret but a new one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from api.schemas.fields import Asked, Maybe, Moment, Name
from models.domain.access import Permission, Role

Typed = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Names = Annotated[
    list[Name] | None, Field(max_length=500, description="Null is everywhere, [] is nowhere.")
]


class SignInBody(Asked):
    """Who signs in."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"login": "li.na", "password": "Lantern-7-harbour"}]},
    )

    login: Typed
    password: Typed


class NewPasswordBody(Asked):
    """One's old password and the one to have from now on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"old": "Lantern-7-harbour", "new": "Harbour-8-lantern"}]
        },
    )  # fmt: skip

    old: Typed
    new: Typed


class ScopeOut(Asked):
    """Where an account or a token sees; null is everywhere."""

    halls: list[str] | None = Field(examples=[None])
    units: list[str] | None = Field(examples=[["户籍"]])


class WhoOut(Asked):
    """Who is signed in."""

    login: str = Field(examples=["li.na"])
    name: str = Field(examples=["李娜"])
    roles: list[Role] = Field(examples=[["liaison"]])
    permissions: list[Permission] = Field(examples=[["own_account", "see_findings"]])
    scope: ScopeOut
    must_change_password: bool = Field(examples=[False])


class AccountOut(Asked):
    """An account as the security administrator sees it."""

    login: str = Field(examples=["li.na"])
    name: str = Field(examples=["李娜"])
    roles: list[Role] = Field(examples=[["liaison"]])
    scope: ScopeOut
    disabled: bool = Field(examples=[False])
    demo: bool = Field(examples=[False])
    must_change_password: bool = Field(examples=[True])
    locked_until: datetime | None = Field(examples=[None])
    sessions: int = Field(examples=[1])
    tokens: int = Field(examples=[0])
    created_at: datetime
    password_at: datetime


class AccountPage(Asked):
    """Accounts by sign-in name."""

    items: list[AccountOut]
    total: int
    next_after: str | None
    limit: int


class AccountBody(Asked):
    """An account to be made."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"login": "li.na", "name": "李娜", "roles": ["liaison"], "units": ["户籍"]}
            ]
        },
    )

    login: Name
    name: Maybe = ""
    roles: list[Role] = Field(min_length=1, max_length=8)
    halls: Names = None
    units: Names = None


class AccountChanges(Asked):
    """What is to be changed; what is left out stays. Changed roles or scope end the sessions."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"units": ["户籍", "社保"]}]}
    )

    name: Maybe | None = None
    roles: list[Role] | None = Field(None, min_length=1, max_length=8)
    halls: Names = None
    units: Names = None


class NewAccountOut(Asked):
    """An account and its first password, which is shown this once."""

    account: AccountOut
    password: str = Field(examples=["bqLk-7MTh-xA2e-Pw9d"])
    expires_at: datetime | None = Field(description="By then it has to be changed; null never.")


class NewTokenBody(Asked):
    """A token to be made, of one's own account."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "大屏取数",
                    "permissions": ["see_live", "see_findings"],
                    "expires_at": "2027-05-01T00:00:00+08:00",
                }
            ]
        },
    )

    name: Name
    permissions: list[Permission] = Field(min_length=1, max_length=60)
    halls: Names = None
    units: Names = None
    expires_at: Moment


class TokenOut(Asked):
    """A token, without its secret."""

    id: str = Field(examples=["5c0ffee15c0ffee1"])
    login: str = Field(examples=["li.na"])
    name: str = Field(examples=["大屏取数"])
    permissions: list[Permission]
    scope: ScopeOut
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


class TokenPage(Asked):
    """Tokens by id."""

    items: list[TokenOut]
    total: int
    next_after: str | None
    limit: int


class NewTokenOut(Asked):
    """A token and its secret, which is shown this once."""

    token: TokenOut
    secret: str = Field(examples=["onpost_…"])
