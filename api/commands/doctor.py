"""`onpost doctor`: is everything there that an installation needs?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add `onpost doctor`."""

    @app.command()
    def doctor(
        settings: Annotated[
            Path | None, typer.Option("--settings", "-s", help="Settings file (YAML).")
        ] = None,
        cameras: Annotated[bool, typer.Option(help="Also ask every camera for a picture.")] = False,
    ) -> None:
        """Check names, libraries, weights, database, disks, fonts, clock; exit 1 if any fails."""
        from api.settings import load_settings

        loaded = load_settings(settings)  # wrong settings end it here, all errors named
        typer.echo(f"[ ok ] settings: {loaded.file or '默认 / defaults'}")
        from itertools import chain

        from api.clock import RealClock
        from api.doctor import Verdict, examine
        from api.doctor_schedule import examine_schedule
        from api.doctor_secrets import examine_secrets

        counts = dict.fromkeys(Verdict, 0)
        scheduling = examine_schedule(loaded, RealClock().now())
        others = chain(examine_secrets(loaded), scheduling)
        for result in chain(examine(loaded, cameras=cameras), others):
            counts[result.verdict] += 1
            typer.echo(str(result))
        fails, warns = counts[Verdict.FAIL], counts[Verdict.WARN]
        good = counts[Verdict.OK]
        typer.echo(f"{fails} 项不合格 / failed, {warns} 项提醒 / warnings, {good} 项正常 / ok")
        raise typer.Exit(1 if fails else 0)
