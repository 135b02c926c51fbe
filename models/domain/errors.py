"""One root for every error that a person is meant to read, in Chinese and in English."""

from __future__ import annotations


class OnPostError(Exception):
    """Something a person can mend.

    Args:
        zh: What is wrong and how to mend it, in Chinese.
        en: The same in English.
        where: The place it was found: a file, `file:line`, a sheet and cell, a setting's name.
        code: A stable short name such as `E103`, empty where there is none.
    """

    def __init__(self, zh: str, en: str, *, where: str = "", code: str = "") -> None:
        self.zh = zh
        self.en = en
        self.where = where
        self.code = code
        super().__init__(zh, en, where, code)

    def __str__(self) -> str:
        head = " ".join(part for part in (self.where, self.code) if part)
        text = f"{self.zh} / {self.en}"
        return f"{head}: {text}" if head else text


class InputError(OnPostError):
    """Input refused; nothing was changed."""


class SettingsError(InputError):
    """A settings file or variable is wrong."""


class GeometryError(InputError):
    """A polygon is not usable: outside the picture, self-crossing, too few corners."""


class RosterError(InputError):
    """A duty roster (排班表) is wrong."""


class WeightsError(OnPostError):
    """The detector's weights are missing or not the expected ones."""


class SourceError(OnPostError):
    """A camera or recording gave no usable picture. Never evidence of anything."""


class AddressError(InputError):
    """A camera address has a bad scheme or shape."""


class DetectorError(OnPostError):
    """The detector could not answer. Never evidence of anything."""


class ClockWentBack(OnPostError):
    """Evidence older than what was already judged; refused."""


class ForbiddenMove(OnPostError):
    """A state was asked to change in a way its table does not allow."""


class NotYet(OnPostError):
    """Asked for what nobody is told before its time (抽查计划), whoever asks."""


class RegisterError(OnPostError):
    """The register (登记台账) refused an entry or does not verify."""


class DeliveryError(OnPostError):
    """A channel or a webhook's receiver did not take a message; it is tried again."""


class StorageError(OnPostError):
    """The database or the evidence store cannot be used."""
