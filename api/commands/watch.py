"""`onpost watch`: reads the cameras, decides, registers."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal

import typer


def add_to(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def watch(
        settings: Annotated[
            Path | None, typer.Option("--settings", "-s", help="Settings file (YAML).")
        ] = None,
        engine: Annotated[
            Literal["local", "ray"], typer.Option(help="This machine, or a Ray cluster.")
        ] = "local",
        address: Annotated[
            str, typer.Option(help="The Ray cluster: host:6379, auto, or local.")
        ] = "auto",
    ) -> None:
        """Watch the cameras and register what is found, until stopped."""
        from api.settings import load_settings

        chosen = load_settings(settings)
        if engine == "ray":
            require_ray()
            from api.watching_ray import run as run_on_cluster

            run_on_cluster(chosen, address)
            return
        from api.watching import run

        run(chosen)


def require_ray() -> None:
    """Make sure that the extra is installed.

    Raises:
        SettingsError: it is not.
    """
    from models.domain.errors import SettingsError

    if find_spec("ray") is None:
        raise SettingsError(
            "未安装 Ray,请运行 pip install 'onpost[ray]'。",
            "Ray is missing; run pip install 'onpost[ray]'.",
            where="--engine ray",
        )
