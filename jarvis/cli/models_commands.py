"""`jarvis models`: the catalogue, and fetching from it."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict

import click

from jarvis.cli.output import plain_failures, print_json, words
from jarvis.cli.services import Services
from jarvis.contracts.cancel import CancelToken

_JSON_HELP = words("Print JSON.", "Imprimir JSON.")


@click.group(
    help=words("Models for better hearing, speaking and answering.", "Modelos para oír, hablar y responder mejor.")
)
def models() -> None:
    """Group of model commands."""


@models.command(
    "list", help=words("Show what can be fetched and what is here.", "Mostrar qué se puede descargar y qué hay.")
)
@click.option("--json", "as_json", is_flag=True, help=_JSON_HELP)
@click.pass_obj
def models_list(services: Services, as_json: bool) -> None:
    """One line per model."""
    with plain_failures(services.language):
        offers = services.model_offers()
        if as_json:
            print_json(
                [{**asdict(offer), "state": "installed" if offer.installed else "available"} for offer in offers]
            )
            return
        for offer in offers:
            mark = "✓" if offer.installed else " "
            click.echo(f"{mark} {offer.id:<16} {offer.approximate_mb:>6} MB  {offer.about} [{offer.licence}]")


@models.command(
    "download", help=words("Fetch a model into the models folder.", "Descargar un modelo a la carpeta de modelos.")
)
@click.argument("identity", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help=_JSON_HELP)
@click.pass_obj
def models_download(services: Services, identity: str, as_json: bool) -> None:
    """Shows bytes, rate and time left on a terminal; Ctrl-C leaves nothing half-fetched."""
    with plain_failures(services.language):
        meter = _Meter(quiet=as_json or not sys.stderr.isatty())
        files = services.download_model(identity, CancelToken(), meter.show)
        meter.end()
        if as_json:
            print_json({"id": identity, "files": [str(file) for file in files]})
        else:
            click.echo(words(f"{identity} is installed.", f"{identity} está instalado."))


class _Meter:
    """One line on the terminal: file, bytes, rate, time left."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._file = ""
        self._began = 0.0

    def show(self, file: str, done: int, total: int) -> None:
        """Redraw the line."""
        if self._quiet:
            return
        if file != self._file:
            self.end()
            self._file, self._began = file, time.monotonic()
        seconds = max(time.monotonic() - self._began, 0.001)
        rate = done / seconds
        left = (total - done) / rate if rate else 0.0
        click.echo(
            f"\r{file}  {done / 1e6:.1f}/{total / 1e6:.1f} MB  {rate / 1e6:.1f} MB/s  {left:.0f} s ", nl=False, err=True
        )

    def end(self) -> None:
        """Leave the line."""
        if self._file and not self._quiet:
            click.echo(err=True)
