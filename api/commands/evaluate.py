"""`onpost evaluate`: how right the watch is, on clips whose truth is known (准确度评估)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from vision.evaluate_config import Config

TOO_MUCH_LOST = 1
"""Exit code where a configuration loses more recall than it may."""


def evaluate(
    folder: Annotated[
        Path, typer.Argument(help="Folder with clips, stills and their *.truth.json.")
    ],
    *,
    config: Annotated[
        list[str] | None,
        typer.Option(
            "--config",
            help="name=key:value,… several times to compare; keys: gate, packing, size, weights, "
            "engine, precision (fp32, bf16, int8, auto), looks (both, full, crop), "
            "adaptive, every.",
        ),
    ] = None,
    every: Annotated[
        float | None, typer.Option("--every", help="Seconds between samples, for every clip.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--json", help="The figures as JSON.")] = None,
    settings: Annotated[
        Path | None,
        typer.Option("--settings", "-s", help="Sampling, presence and detector of these settings."),
    ] = None,
) -> None:
    """Run health, gate, detector, presence and spans over known clips, and count the errors.

    Exit code 1 where a configuration loses more than 0.5 points of either recall against the
    first one.
    """
    from api.evaluation import base_of, run, written
    from models.domain.errors import InputError
    from vision.evaluate_config import configs_of
    from vision.evaluate_score import loses_too_much
    from vision.evaluate_tables import tables
    from vision.evaluate_truth import truths_in

    truths = truths_in(folder)
    if every is not None and not 0 < every <= 3600:
        raise InputError(
            f"采样间隔须为正的秒数,现为 {every:g}。",
            f"the sampling interval must be a positive number of seconds, not {every:g}.",
            where="--every",
        )
    configs: list[Config] = configs_of(config or [], base_of(settings))
    if out is not None and not out.absolute().parent.is_dir():
        raise InputError("文件夹不存在。", "its folder does not exist.", where=f"--json {out}")
    results = [run(one, truths, every, _say) for one in configs]
    typer.echo("\n".join(tables(results)))
    if out is not None:
        written(out, json.dumps([one.as_json() for one in results], ensure_ascii=False, indent=1))
    if any(loses_too_much(results[0].tally, one.tally) for one in results[1:]):
        raise typer.Exit(TOO_MUCH_LOST)


def add_to(app: typer.Typer) -> None:
    """Add `onpost evaluate`."""
    app.command("evaluate")(evaluate)


def _say(line: str) -> None:
    typer.echo(line, err=True)
